import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Order of a task's containers")
struct TaskOrderTests {
    private func dependency(_ container: String, _ condition: String) -> ACS.ContainerDependency {
        ACS.ContainerDependency(containerName: container, condition: condition)
    }

    @Test("ten containers start one after another, and end the other way round")
    func chain() {
        let names = (0..<10).map { "c\($0)" }
        let containers = names.enumerated().map { index, name in
            ACS.Container.sample(name).with {
                $0.dependsOn = index == 0 ? nil : [dependency(names[index - 1], "START")]
            }
        }
        var bench = Bench(containers.reversed())
        bench.feed(.accepted)
        #expect(bench.steps.filter { $0.hasPrefix("start") } == names.map { "start \($0)" })
        #expect(bench.reports.map(\.status) == [.running])
        bench.feed(.stopRequested)
        #expect(bench.steps.suffix(10) == names.reversed().map { "stop \($0)" })
        #expect(bench.reports.last?.status == .stopped)
    }

    @Test("COMPLETE takes any exit code, and a task whose first container is done goes on")
    func complete() {
        let app = ACS.Container.sample("app").with { $0.dependsOn = [dependency("init", "COMPLETE")] }
        var bench = Bench([app, .sample("init", essential: false)])
        bench.feed(.accepted)
        bench.exit("init", code: 3)
        #expect(bench.steps.last == "start app")
        #expect(bench.reports.map(\.status) == [.running])
    }

    @Test("links and volumesFrom order containers as well")
    func implied() {
        let app = ACS.Container.sample("app").with {
            $0.links = ["db:store"]
            $0.volumesFrom = [ACS.VolumeFrom(sourceContainer: "data")]
        }
        var bench = Bench([app, .sample("db"), .sample("data", essential: false)])
        bench.feed(.accepted)
        let steps = bench.steps
        #expect(steps.firstIndex(of: "start db") ?? 99 < steps.firstIndex(of: "create app") ?? 0)
        #expect(steps.firstIndex(of: "create data") ?? 99 < steps.firstIndex(of: "create app") ?? 0)
    }

    @Test("volumes of a container that was never made are not waited for")
    func neverMade() {
        let app = ACS.Container.sample("app").with { $0.volumesFrom = [ACS.VolumeFrom(sourceContainer: "data")] }
        var machine = makeMachine([app, .sample("data", essential: false)])
        _ = machine.handle(.accepted, at: start)
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        let failure = EngineFailure(.refused, "no such image")
        _ = machine.handle(.engine(.pullFailed(reference("data"), failure)), at: start)
        #expect(machine.isStopped)
        #expect(machine.container("app")?.reason?.hasPrefix("CannotStartContainerError: dependency graph") == true)
    }

    @Test(
        "a task that waits for itself, or for nobody, is refused",
        arguments: [["a": "b", "b": "a"], ["a": "a"], ["a": "nobody", "b": "a"]])
    func circles(dependencies: [String: String]) {
        let containers = ["a", "b"].map { name in
            ACS.Container.sample(name).with { $0.dependsOn = dependencies[name].map { [dependency($0, "START")] } }
        }
        var bench = Bench(containers)
        bench.feed(.accepted)
        #expect(bench.steps.isEmpty)
        #expect(bench.reports.map(\.status) == [.stopped])
        #expect(bench.reports.first?.reason.hasPrefix("TaskDependencyError: ") == true)
    }

    @Test("a container goes on while one that needs it is on its way")
    func stopsOnTheWay() {
        let app = ACS.Container.sample("app").with { $0.dependsOn = [dependency("db", "START")] }
        var machine = makeMachine([app, .sample("db")])
        _ = machine.handle(.accepted, at: start)
        for name in ["app", "db"] { _ = machine.handle(.engine(.pulled(reference(name), imageDigest: nil)), at: start) }
        _ = machine.handle(.engine(.created(reference("db"), id: "d")), at: start)
        _ = machine.handle(.engine(.started(reference("db"), ContainerStart(id: "d", startedAt: start))), at: start)
        _ = machine.handle(.engine(.created(reference("app"), id: "a")), at: start)
        #expect(machine.container("app")?.phase == .starting)
        #expect(machine.handle(.stopRequested, at: start) == [.save])
        let up = ContainerStart(id: "a", startedAt: start)
        let stopApp = EngineAction.stop(reference("app"), id: "a", timeout: .seconds(30))
        #expect(machine.handle(.engine(.started(reference("app"), up)), at: start) == [.engine(stopApp)])
        let exit = ContainerExit(id: "a", exitCode: 0, finishedAt: start)
        let stopDB = EngineAction.stop(reference("db"), id: "d", timeout: .seconds(30))
        #expect(machine.handle(.engine(.exited(reference("app"), exit)), at: start) == [.save, .engine(stopDB)])
    }

    @Test("an agent that comes back goes on waiting for what is left of a startTimeout")
    func adoptedTimeout() throws {
        let app = ACS.Container.sample("app").with { $0.dependsOn = [dependency("db", "HEALTHY")] }
        var bench = Bench([app, .sample("db").with { $0.startTimeout = 50 }])
        bench.feed(.accepted)
        let id = bench.machine.container("db")?.id ?? ""
        var machine = try #require(TaskMachine(journal: bench.machine.journal, .sample))
        _ = machine.beginSurvey()
        let run = ContainerStart(id: id, startedAt: start)
        let found = SurveyedContainer(reference: reference("db"), id: id, name: "x", state: .running(run))
        let actions = machine.handle(.surveyed([found]), at: start.advanced(by: .seconds(30)))
        #expect(actions.contains(.schedule(.startTimeout(container: "db"), after: .seconds(20))))
        _ = machine.handle(.timer(.startTimeout(container: "db")), at: start.advanced(by: .seconds(50)))
        #expect(machine.isStopRequested)
        #expect(machine.container("app")?.reason?.hasSuffix("has timed out.") == true)
    }

    @Test("a start that timed out and came about after all is stopped")
    func lateStart() {
        var machine = makeMachine()
        _ = machine.handle(.accepted, at: start)
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        _ = machine.handle(.engine(.created(reference(), id: "c")), at: start)
        let failure = EngineFailure(.timeout(.seconds(180)), "")
        let actions = machine.handle(.engine(.startFailed(reference(), failure)), at: start)
        #expect(actions.first == .engine(.stop(reference(), id: "c", timeout: .seconds(30))))
        let text = "DockerTimeoutError: Could not transition to started; timed out after waiting 3m0s"
        #expect(machine.container("app")?.reason == text)
        #expect(machine.isStopped)
    }
}
