import AWSWire
import Logging
import NIOPosix
import NodeNet
import Testing

@testable import Agent

@Suite("The engine in front of the engine") struct LoggingEngineTests {
    /// Takes every creation.
    actor TakingEngine: ContainerEngine {
        let version = "test"
        private(set) var created: [JSONValue] = []
        private(set) var lookups = 0

        func perform(_ action: EngineAction) async -> EngineEvent? {
            switch action {
            case .create(let reference, let creation):
                created.append(creation.configuration)
                return .created(reference, id: "c\(created.count)")
            case .start(let reference, let id):
                return .started(reference, ContainerStart(id: id, startedAt: Timestamp(milliseconds: 1)))
            default: return nil
            }
        }

        nonisolated func events() -> AsyncStream<EngineEvent> { AsyncStream { $0.finish() } }

        func details(of id: String) async -> JSONValue? {
            lookups += 1
            return nil
        }
    }

    private let reference = ContainerReference(task: "arn:aws:ecs:us-east-1:0:task/c/0a", container: "app")

    private func engines() throws -> (LoggingEngine, TakingEngine) {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let api = APIClient(
            try #require(ServerURL("http://127.0.0.1:1")),
            credential: Credential(accessKeyID: "a", secretAccessKey: "b"),
            region: "us-east-1", group: loop, now: { Timestamp(milliseconds: 0) })
        let inner = TakingEngine()
        let engine = LoggingEngine(
            inner, directory: "/nonexistent", region: "us-east-1", api: api, loop: loop, Logger(label: "test"))
        return (engine, inner)
    }

    private func creation(_ driver: String, _ options: JSONValue) -> EngineAction {
        let log: JSONValue = ["Type": .string(driver), "Config": options]
        return .create(
            reference,
            ContainerCreation(name: "n", configuration: ["HostConfig": ["LogConfig": log], "Labels": ["a": "b"]]))
    }

    @Test("makes a container with awslogs with a driver whose files can be read, and notes what it wants")
    func translates() async throws {
        let (engine, inner) = try engines()
        let options: JSONValue = ["awslogs-group": "g", "awslogs-stream": "s", "mode": "blocking"]
        guard case .created = await engine.perform(creation("awslogs", options)) else {
            Issue.record("it was not made")
            return
        }
        let made = try #require(await inner.created.first)
        #expect(made["HostConfig"]?["LogConfig"]?["Type"]?.stringValue == "json-file")
        #expect(made["HostConfig"]?["LogConfig"]?["Config"]?["max-file"]?.stringValue == "64")
        #expect(made["Labels"]?["a"]?.stringValue == "b")
        let label = try #require(made["Labels"]?[LoggingEngine.label]?.stringValue)
        #expect(try JSONValue.parse(label) == options)
    }

    @Test("leaves other drivers alone, at no further cost")
    func others() async throws {
        let (engine, inner) = try engines()
        let options: JSONValue = ["syslog-address": "udp://127.0.0.1:1"]
        _ = await engine.perform(creation("syslog", options))
        let made = try #require(await inner.created.first)
        #expect(made["HostConfig"]?["LogConfig"] == ["Type": "syslog", "Config": options])
        guard case .started = await engine.perform(.start(reference, id: "c1")) else {
            Issue.record("it was not started")
            return
        }
        #expect(await inner.lookups == 0)
    }

    @Test(
        "refuses what cannot be done",
        arguments: [
            ("awsfirelens", [:], "awsfirelens is not supported"), ("awslogs", [:], "'awslogs-group'"),
            ("awslogs", ["awslogs-group": "g", "x": "y"], "unknown log opt 'x'"),
        ] as [(String, JSONValue, String)])
    func refuses(driver: String, options: JSONValue, words: String) async throws {
        let (engine, inner) = try engines()
        guard case .createFailed(_, let failure) = await engine.perform(creation(driver, options)) else {
            Issue.record("it was made")
            return
        }
        #expect(failure.message.contains(words))
        #expect(await inner.created.isEmpty)
    }
}
