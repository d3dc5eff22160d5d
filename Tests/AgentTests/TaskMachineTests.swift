import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Task machine")
struct TaskMachineTests {
    @Test("a task of one container goes to RUNNING with one report")
    func runs() {
        var bench = Bench([
            .sample().with { $0.portMappings = [ACS.PortMapping(containerPort: 80, hostPort: 0, protocol: "tcp")] }
        ])
        bench.feed(.accepted)
        #expect(bench.steps == ["pull app", "create app", "start app"])
        #expect(bench.reports.map(\.status) == [.running])
        #expect(bench.reports.first?.containers.map(\.name) == ["app"])
        #expect(bench.reports.first?.containers.first?.bindings.first?.hostPort == 32_768)
        #expect(bench.reports.first?.pullStartedAt == start)
    }

    @Test("an essential container that exits stops the others, and the task")
    func essentialExit() {
        var bench = Bench([.sample("app"), .sample("side", essential: false)])
        bench.feed(.accepted)
        bench.exit("app", code: 3)
        #expect(bench.steps.last == "stop side")
        #expect(bench.reports.last?.status == .stopped)
        let codes = bench.reports.flatMap(\.containers).filter { $0.status == .stopped }
        #expect(codes.map(\.exitCode) == [3, 143])
        #expect(bench.reports.last?.executionStoppedAt == start)
        #expect(bench.reports.last?.reason == "")
    }

    @Test("a container that is not essential may end; that is told at once, as RUNNING")
    func sideExit() {
        var bench = Bench([.sample("app"), .sample("side", essential: false)])
        bench.feed(.accepted)
        bench.exit("side", code: 0)
        #expect(bench.reports.map(\.status) == [.running, .running])
        #expect(bench.reports.last?.containers.map(\.name) == ["side"])
        #expect(!bench.machine.isStopRequested)
    }

    @Test("a container that ran before the first report is in it twice")
    func initContainer() {
        let app = ACS.Container.sample("app").with {
            $0.dependsOn = [ACS.ContainerDependency(containerName: "init", condition: "SUCCESS")]
        }
        var bench = Bench([app, .sample("init", essential: false)])
        bench.feed(.accepted)
        #expect(bench.steps == ["pull app", "pull init", "create init", "start init"])
        #expect(bench.reports.isEmpty)
        bench.exit("init", code: 0)
        #expect(bench.reports.count == 1)
        #expect(bench.reports.first?.containers.map(\.name) == ["init", "init", "app"])
        #expect(bench.reports.first?.containers.map(\.status) == [.running, .stopped, .running])
    }

    @Test("a dependency that can never be met stops the task", arguments: ["SUCCESS", "HEALTHY"])
    func failedDependency(condition: String) {
        let app = ACS.Container.sample("app").with {
            $0.dependsOn = [ACS.ContainerDependency(containerName: "init", condition: condition)]
        }
        var bench = Bench([app, .sample("init", essential: false)])
        bench.feed(.accepted)
        bench.exit("init", code: 1)
        #expect(bench.reports.map(\.status) == [.stopped])
        let reason = bench.reports.first?.containers.first { $0.name == "app" }?.reason
        #expect(reason?.hasPrefix("CannotStartContainerError: dependency graph") == true)
        #expect(bench.reports.first?.containers.first { $0.name == "app" }?.exitCode == nil)
    }

    @Test("HEALTHY waits for the engine's health check")
    func healthy() {
        let app = ACS.Container.sample("app").with {
            $0.dependsOn = [ACS.ContainerDependency(containerName: "db", condition: "HEALTHY")]
        }
        var bench = Bench([app, .sample("db")])
        bench.feed(.accepted)
        #expect(!bench.steps.contains("create app"))
        bench.feed(.engine(.health(reference("db"), .healthy)))
        #expect(bench.steps.contains("start app"))
        #expect(bench.reports.map(\.status) == [.running])
    }

    @Test("a health that the engine tells before the start is kept")
    func earlyHealth() {
        var container = ContainerMachine(definition: .sample("app"), engineName: "ecs-app")
        container.beginStart()
        container.health = .healthy
        container.start(ContainerStart(id: "1", startedAt: start))
        #expect(container.health == .healthy)
        container.beginStart()
        #expect(container.health == .unknown)
    }

    @Test("a passed startTimeout stops the task")
    func startTimeout() {
        let app = ACS.Container.sample("app").with {
            $0.dependsOn = [ACS.ContainerDependency(containerName: "db", condition: "HEALTHY")]
        }
        var bench = Bench([app, .sample("db").with { $0.startTimeout = 5 }])
        bench.feed(.accepted)
        #expect(bench.timers.contains { $0.0 == .startTimeout(container: "db") && $0.1 == .seconds(5) })
        bench.feed(.timer(.startTimeout(container: "db")))
        #expect(bench.reports.map(\.status) == [.stopped])
    }

    @Test("shutdown runs in the reverse order of dependencies")
    func reverseOrder() {
        let app = ACS.Container.sample("app").with {
            $0.dependsOn = [ACS.ContainerDependency(containerName: "db", condition: "START")]
        }
        var bench = Bench([.sample("db"), app])
        bench.feed(.accepted)
        bench.feed(.stopRequested)
        #expect(bench.steps.suffix(2) == ["stop app", "stop db"])
        #expect(bench.reports.last?.status == .stopped)
    }

    @Test("a stop before anything began starts nothing")
    func stopFirst() {
        var bench = Bench([.sample()])
        bench.feed(.stopRequested)
        #expect(bench.steps.isEmpty)
        #expect(bench.reports.map(\.status) == [.stopped])
        bench.feed(.accepted)
        #expect(bench.steps.isEmpty)
    }

    @Test("a stop while the engine is at work waits for its answer")
    func stopWhileCreating() {
        var machine = makeMachine()
        _ = machine.handle(.accepted, at: start)
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        #expect(machine.handle(.stopRequested, at: start) == [.save])
        let actions = machine.handle(.engine(.created(reference(), id: "c1")), at: start)
        #expect(!actions.contains(.engine(.start(reference(), id: "c1"))))
        #expect(machine.isStopped)
    }

    struct FailureRow: Sendable {
        var event: EngineEvent
        var reason: String
    }

    @Test(
        "failures speak in the agent's words",
        arguments: [
            FailureRow(
                event: .pullFailed(reference(), EngineFailure(.refused, "no such image")),
                reason: "CannotPullContainerError: Error response from daemon: no such image"),
            FailureRow(
                event: .pullFailed(reference(), EngineFailure(.timeout(.seconds(7_200)), "")),
                reason: "DockerTimeoutError: Could not transition to pulled; timed out after waiting 2h0m0s"),
            FailureRow(
                event: .pullFailed(
                    reference(), EngineFailure(.unreachable, "Cannot connect to the container engine: x")),
                reason: "CannotPullContainerError: Cannot connect to the container engine: x"),
        ])
    func reasons(row: FailureRow) {
        var machine = makeMachine()
        _ = machine.handle(.accepted, at: start)
        let reports = machine.handle(.engine(row.event), at: start).compactMap { action -> TaskReport? in
            if case .report(let report) = action { report } else { nil }
        }
        #expect(reports.map(\.status) == [.stopped])
        #expect(reports.first?.containers.first?.reason == row.reason)
        #expect(reports.first?.containers.first?.exitCode == nil)
    }

    @Test("a container killed for its memory says so")
    func outOfMemory() {
        var bench = Bench([.sample()])
        bench.feed(.accepted)
        bench.exit("app", code: 137, isOutOfMemory: true)
        let container = bench.reports.last?.containers.last
        #expect(container?.exitCode == 137)
        #expect(container?.reason == "OutOfMemoryError: Container killed due to memory usage")
    }

    @Test("a report that fails is sent again, and what happens meanwhile follows it")
    func retries() {
        var bench = Bench([.sample("app"), .sample("side", essential: false)])
        bench.takesReports = false
        bench.feed(.accepted)
        #expect(bench.reports.count == 1)
        bench.exit("side", code: 0)
        bench.feed(.reportFailed(isFinal: false))
        #expect(bench.reports.count == 1)
        #expect(bench.timers.contains { $0.0 == .report })
        bench.feed(.timer(.report))
        #expect(bench.reports.count == 2)
        #expect(bench.reports[0] == bench.reports[1])
        bench.feed(.reported)
        #expect(bench.reports.last?.containers.map(\.name) == ["side"])
    }

    @Test("a container that somebody starts again after its end is stopped, one that runs is left alone")
    func startedByHand() throws {
        var bench = Bench([.sample(), .sample("side", essential: false)])
        bench.feed(.accepted)
        let ids = try ["app", "side"].map { try #require(bench.machine.container($0)?.id) }
        let steps = bench.steps
        bench.feed(.engine(.began(reference(), id: ids[0])))
        #expect(bench.steps == steps)
        bench.exit("side", code: 0)
        bench.feed(.engine(.began(reference("side"), id: "another")))
        #expect(bench.steps == steps)
        bench.feed(.engine(.began(reference("side"), id: ids[1])))
        #expect(bench.steps == steps + ["stop side"])
        #expect(bench.machine.container("app")?.phase == .running)
    }

    @Test("containers are removed after the retention time, then nothing is left")
    func cleanUp() {
        var bench = Bench([.sample()])
        bench.feed(.accepted)
        bench.feed(.stopRequested)
        #expect(bench.timers.contains { $0.0 == .cleanUp && $0.1 == .seconds(10_800) })
        #expect(!bench.isFinished)
        bench.feed(.timer(.cleanUp))
        #expect(bench.steps.last == "remove app")
        #expect(bench.isFinished)
    }

    @Test("awsvpc tasks fail with a reason of the task")
    func awsvpc() {
        var random = SeededRandom(seed: 1)
        var task = ACS.Task.sample()
        task.networkMode = "awsvpc"
        var machine = TaskMachine(task, .sample, random: &random)
        let actions = machine.handle(.accepted, at: start)
        guard case .report(let report)? = actions.first(where: { if case .report = $0 { true } else { false } }) else {
            Issue.record("no report")
            return
        }
        #expect(report.reason.hasPrefix("ResourceInitializationError: "))
    }
}
