import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Namespaces and limits of a task")
struct SharedNamespaceTests {
    private let holder = NamespaceContainer.name

    private func bench(_ change: (inout ACS.Task) -> Void) -> Bench {
        var task = ACS.Task.sample(containers: [.sample("app"), .sample("side", essential: false)])
        change(&task)
        var random = SeededRandom(seed: 1)
        var bench = Bench([])
        bench.machine = TaskMachine(task, .sample, random: &random)
        bench.machine.isKept = true
        return bench
    }

    private func host(_ bench: Bench, _ container: String) -> JSONValue? {
        for action in bench.engineActions {
            if case .create(let reference, let creation) = action, reference.container == container {
                return creation.configuration["HostConfig"]
            }
        }
        return nil
    }

    @Test("what holds the task's namespaces starts first, ends last, and is never told of")
    func order() {
        var bench = bench { ($0.pidMode, $0.ipcMode) = ("task", "task") }
        bench.feed(.accepted)
        let starts = bench.steps.filter { $0.hasPrefix("start") }
        #expect(starts.first == "start \(holder)")
        #expect(starts.count == 3)
        #expect(bench.reports.map(\.status) == [.running])
        #expect(bench.reports.first?.containers.map(\.name) == ["app", "side"])
        bench.feed(.stopRequested)
        #expect(bench.steps.last == "stop \(holder)")
        #expect(bench.reports.last?.status == .stopped)
        #expect(bench.reports.flatMap(\.containers).allSatisfy { $0.name != holder })
    }

    struct Row: Sendable {
        var pid: String?
        var ipc: String?
        var pidMode: JSONValue?
        var ipcMode: JSONValue?
    }

    @Test(
        "modes become the engine's",
        arguments: [
            Row(pid: "host", ipc: "host", pidMode: "host", ipcMode: "host"),
            Row(pid: nil, ipc: "none", pidMode: nil, ipcMode: "none"),
            Row(pid: nil, ipc: nil, pidMode: nil, ipcMode: nil),
        ])
    func modes(row: Row) {
        var bench = bench { ($0.pidMode, $0.ipcMode) = (row.pid, row.ipc) }
        bench.feed(.accepted)
        #expect(host(bench, "app")?["PidMode"] == row.pidMode)
        #expect(host(bench, "app")?["IpcMode"] == row.ipcMode)
        #expect(host(bench, holder) == nil)
    }

    @Test("containers join the one that holds their namespaces")
    func joins() {
        var bench = bench { ($0.pidMode, $0.ipcMode) = ("task", "task") }
        bench.feed(.accepted)
        let name = bench.machine.container(holder)?.engineName ?? ""
        #expect(name.hasPrefix("ecs-web-3-internalecspausenamespace-"))
        #expect(host(bench, "app")?["PidMode"] == .string("container:\(name)"))
        #expect(host(bench, "side")?["IpcMode"] == .string("container:\(name)"))
        #expect(host(bench, holder)?["IpcMode"] == "shareable")
        #expect(host(bench, holder)?["NetworkMode"] == "none")
    }

    @Test("a task without its namespaces says why")
    func fails() {
        var machine = bench { $0.pidMode = "task" }.machine
        _ = machine.handle(.accepted, at: start)
        let failure = EngineFailure(.refused, "no room")
        _ = machine.handle(.engine(.pullFailed(reference(holder), failure)), at: start)
        #expect(machine.isStopRequested)
        for name in ["app", "side"] {
            _ = machine.handle(.engine(.pulled(reference(name), imageDigest: nil)), at: start)
        }
        #expect(machine.isStopped)
        #expect(machine.reason.hasPrefix("ResourceInitializationError: CannotPullContainerError: "))
    }

    @Test("a restarted agent knows what holds the namespaces")
    func journal() throws {
        var bench = bench { $0.ipcMode = "task" }
        bench.feed(.accepted)
        let machine = try #require(TaskMachine(journal: bench.machine.journal, .sample))
        #expect(machine.containers.map(\.name) == [holder, "app", "side"])
        #expect(machine.container(holder)?.id == bench.machine.container(holder)?.id)
    }

    // MARK: Limits

    @Test("a task with limits gets its group before its containers, and loses it after them")
    func group() {
        var bench = bench { ($0.cpu, $0.memory) = (0.5, 256) }
        bench.feed(.accepted)
        #expect(bench.engineActions.contains(.createGroup(task: taskARN, TaskLimits(cores: 0.5, memoryMiB: 256))))
        let steps = bench.steps
        #expect(steps.firstIndex(of: "create group") ?? 99 < steps.firstIndex(of: "create app") ?? 0)
        #expect(host(bench, "app")?["CgroupParent"] == "/ecs")
        bench.feed(.stopRequested)
        bench.feed(.timer(.cleanUp))
        #expect(bench.steps.last == "remove group")
        #expect(bench.isFinished)
    }

    @Test("without groups each container keeps to the task's limits")
    func each() {
        var random = SeededRandom(seed: 1)
        var task = ACS.Task.sample(containers: [.sample("app"), .sample("side").with { $0.memory = nil }])
        (task.cpu, task.memory) = (0.5, 256)
        let volumes = TaskVolumes(task, EngineNames(task), .sample, &random)
        let hosts = (task.containers ?? []).map { container in
            ContainerCreation(
                container, of: task, engineNames: [:], volumes: volumes, enforcement: .each, settings: .sample
            ).configuration["HostConfig"]
        }
        #expect(hosts.map { $0?["NanoCpus"] } == [500_000_000, 500_000_000])
        #expect(hosts.map { $0?["Memory"] } == [.int(32 << 20), .int(256 << 20)])
        #expect(hosts.allSatisfy { $0?["CgroupParent"] == nil })
    }

    @Test("a container that wants more than its task has is refused")
    func tooMuch() {
        var bench = bench { $0.memory = 16 }
        bench.feed(.accepted)
        #expect(bench.steps.isEmpty)
        #expect(
            bench.reports.first?.reason
                == "ResourceInitializationError: task resource spec builder: container memory limit(32) "
                + "greater than task memory limit(16)")
    }
}
