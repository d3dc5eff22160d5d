import AWSModels
import Testing

@testable import Server

@Suite("roost logs") struct LogsCommandTests {
    private func definition(_ options: [String: String]?, driver: ECS.LogDriver = .awslogs) -> ECS.TaskDefinition {
        var container = ECS.ContainerDefinition()
        container.name = "app"
        container.logConfiguration = options.map { ECS.LogConfiguration(logDriver: driver, options: $0) }
        var other = ECS.ContainerDefinition()
        other.name = "side"
        var definition = ECS.TaskDefinition()
        definition.containerDefinitions = [container, other]
        return definition
    }

    private func place(_ options: [String: String]?, driver: ECS.LogDriver = .awslogs) -> LogTarget.Place? {
        var task = ECS.Task()
        task.taskArn = "arn:aws:ecs:us-east-1:0:task/default/0a1b"
        task.containers = [ECS.Container(name: "app", runtimeId: "0123456789abcdef")]
        return LogTarget.all(
            of: task, definition(options, driver: driver), container: "app", region: "us-east-1"
        ).first?.place
    }

    @Test("finds the stream of a container")
    func streams() {
        #expect(
            place(["awslogs-group": "g", "awslogs-stream-prefix": "p"]) == .stream(group: "g", name: "p/app/0a1b"))
        #expect(place(["awslogs-group": "g"]) == .stream(group: "g", name: "0123456789abcdef"))
        #expect(place(["awslogs-group": "g", "awslogs-stream": "s"]) == .stream(group: "g", name: "s"))
    }

    @Test("says where output is that it cannot read")
    func elsewhere() {
        for (options, driver, word) in [
            (nil, ECS.LogDriver.awslogs, "the engine's own"), (["a": "b"], .syslog, "syslog"),
            (["awslogs-group": "g", "awslogs-endpoint": "http://x"], .awslogs, "http://x"),
            (["awslogs-group": "g", "awslogs-region": "eu-west-1"], .awslogs, "eu-west-1"),
        ] as [([String: String]?, ECS.LogDriver, String)] {
            guard case .elsewhere(let reason) = place(options, driver: driver) else {
                Issue.record("\(word) cannot be read")
                continue
            }
            #expect(reason.contains(word) && reason.contains("docker logs 0123456789ab"))
        }
    }

    @Test("each line of an event begins with its task, and equal labels have equal colours")
    func lines() {
        let plain = LogLines(isColored: false)
        #expect(plain.lines("a\nb\n", "app/1", width: 7) == ["app/1   | a", "app/1   | b"])
        #expect(plain.lines("", "app/1", width: 5) == ["app/1 | "])
        let colored = LogLines(isColored: true)
        #expect(colored.lines("a", "x", width: 1) == colored.lines("a", "x", width: 1))
        #expect(colored.lines("a", "x", width: 1)[0].hasPrefix("\u{1B}["))
    }

    @Test(
        "times before now",
        arguments: [
            ("10m", 600), ("2h", 7_200), ("0s", 0), ("3d", 259_200), ("1w", 604_800), ("10", nil), ("m", nil),
            ("-1m", nil),
            ("1y", nil), ("", nil), ("1.5h", nil),
        ] as [(String, Int64?)])
    func durations(text: String, seconds: Int64?) {
        #expect(LogDuration.parse(text) == seconds.map { .seconds($0) })
    }

    @Test("events are shown once, and none that the first page left out")
    func once() {
        var shown = ShownEvents(from: 0)
        shown.begin(with: EventID(time: 5, id: "b", group: "g"))
        let ids: [(Int64, String, String)] = [
            (4, "z", "g"), (5, "a", "g"), (5, "b", "g"), (5, "b", "h"), (5, "b", "g"), (9, "c", "g"),
        ]
        let isNew = ids.map { shown.add(EventID(time: $0.0, id: $0.1, group: $0.2)) }
        #expect(isNew == [false, false, true, true, false, true] && shown.newest == 9)
    }
}
