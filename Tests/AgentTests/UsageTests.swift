import AWSWire
import NodeLink
import Testing

@testable import Agent

/// What containers use, from the engine's words to the frame.
@Suite("Use of containers")
struct UsageTests {
    @Test("the engine's statistics are counters of the processor, memory, networks and devices")
    func counters() throws {
        var statistics = try Fixture.load("endpoint-v4-stats")
        statistics["blkio_stats"] = [
            "io_service_bytes_recursive": [
                ["major": 8, "op": "Read", "value": 4_096], ["major": 9, "op": "read", "value": 1],
                ["major": 8, "op": "write", "value": 512], ["major": 8, "op": "Total", "value": 9_999],
            ]
        ]
        let usage = ContainerUsage(stats: statistics)
        #expect(usage.cpuNanoseconds == 228_548_454 && usage.cores == 2)
        #expect(usage.memoryBytes == 778_240 - 4_096)
        #expect(usage.network?.received.bytes == 946 && usage.network?.received.packets == 11)
        #expect(usage.network?.sent == NetworkUsage.Flow())
        #expect(usage.storage == StorageUsage(read: 4_097, written: 512))
        let bare = ContainerUsage(stats: ["cpu_stats": .object([])])
        #expect(bare.network == nil && bare.storage == nil)
    }

    @Test("metrics have the official agent's form, member by member")
    func form() throws {
        var machine = AgentMachine(cluster: "demo", settings: .sample, random: SeededRandom(seed: 3))
        _ = machine.handle(.restored([]), at: start)
        _ = machine.handle(.registered(containerInstanceARN: instanceARN), at: start)
        let payload = ACS.PayloadMessage(
            messageId: "m", clusterArn: clusterARN, containerInstanceArn: instanceARN, seqNum: 1, tasks: [.sample()])
        _ = machine.handle(.received(.payload(payload)), at: start)
        let reference = reference()
        for event in [
            EngineEvent.pulled(reference, imageDigest: nil), .created(reference, id: "id"),
            .started(reference, ContainerStart(id: "id", startedAt: start)),
        ] { _ = machine.handle(.engine(event), at: start) }
        _ = machine.handle(.telemetryOpened, at: start)
        var usage = ContainerUsage(stats: try Fixture.load("endpoint-v4-stats"))
        _ = machine.handle(.measured(["id": usage]), at: start)
        usage.cpuNanoseconds += 4_000_000_000
        usage.network?.received.bytes += 200
        let later = machine.handle(.measured(["id": usage]), at: start.advanced(by: .seconds(20)))
        let frame = try JSONValue.parse(try #require(later.telemetry.first).frame)
        let official = try #require(try Fixture.load("tcs-PublishMetricsRequest-tasks")["frame"])
        #expect(WireForm.of(frame) == WireForm.of(official))
        let container = frame["message"]?["taskMetrics"]?[0]?["containerMetrics"]?[0]
        #expect(container?["cpuStatsSet"]?["sum"]?.doubleValue == 10)
        #expect(container?["networkStatsSet"]?["rxBytesPerSecond"]?["sum"]?.doubleValue == 10)
        #expect(container?["networkStatsSet"]?["rxBytes"]?["max"]?.intValue == 1_146)
    }

    @Test("what goes over a task's own interface is shared out among its containers")
    func interface() throws {
        var machine = AgentMachine(cluster: "demo", settings: .sample, random: SeededRandom(seed: 3))
        _ = machine.handle(.registered(containerInstanceARN: instanceARN), at: start)
        var random = SeededRandom(seed: 1)
        var task = TaskMachine(.connected(containers: [.sample("app"), .sample("side")]), .sample, random: &random)
        for index in task.containers.indices {
            task.containers[index].id = task.containers[index].name
            task.containers[index].phase = .running
        }
        machine.tasks[task.arn] = task
        let asked = machine.handle(.telemetryOpened, at: start)
        let ids = asked.compactMap { action in if case .measure(let ids) = action { ids } else { nil } }
        #expect(ids == [[NetworkContainer.name, "app", "side"]])
        var usage = ContainerUsage(cpuNanoseconds: 1, cores: 1, memoryBytes: 1)
        let bare = usage
        usage.network = NetworkUsage()
        usage.network?.received.bytes = 946
        _ = machine.handle(.measured([NetworkContainer.name: usage, "app": bare, "side": bare]), at: start)
        usage.network?.received.bytes += 400
        let later = machine.handle(
            .measured([NetworkContainer.name: usage, "app": bare, "side": bare]), at: start.advanced(by: .seconds(20)))
        let frame = try JSONValue.parse(try #require(later.telemetry.first).frame)
        let shown = frame["message"]?["taskMetrics"]?[0]?["containerMetrics"]?.arrayValue ?? []
        #expect(shown.map { $0["containerName"] } == ["app", "side"])
        for container in shown {
            #expect(container["networkStatsSet"]?["rxBytes"]?["max"]?.intValue == 673)
            #expect(container["networkStatsSet"]?["rxBytesPerSecond"]?["sum"]?.doubleValue == 10)
        }
    }
}
