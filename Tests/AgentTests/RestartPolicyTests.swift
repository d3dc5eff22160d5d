import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Restart policies")
struct RestartPolicyTests {
    private func bench() -> Bench {
        Bench([
            .sample().with {
                $0.restartPolicy = ACS.RestartPolicy(enabled: true, ignoredExitCodes: [7], restartAttemptPeriod: 60)
            }
        ])
    }

    @Test("a container that ran for its period is started again in place, and nothing is reported")
    func restarts() {
        var bench = bench()
        bench.feed(.accepted)
        #expect(bench.timers.contains { $0.0 == .restartPeriod(container: "app", restarts: 0) && $0.1 == .seconds(60) })
        bench.feed(.engine(.health(reference(), .healthy)))
        bench.feed(.timer(.restartPeriod(container: "app", restarts: 0)))
        bench.exit("app", code: 1)
        #expect(bench.steps.suffix(2) == ["start app", "start app"])
        #expect(bench.reports.count == 1)
        #expect(bench.machine.container("app")?.restartCount == 1)
        #expect(bench.machine.container("app")?.health == .unknown)
        // One restart in a period.
        bench.exit("app", code: 1)
        #expect(bench.reports.last?.status == .stopped)
    }

    @Test("an exit code that is to be ignored ends the container")
    func ignored() {
        var bench = bench()
        bench.feed(.accepted)
        bench.feed(.timer(.restartPeriod(container: "app", restarts: 0)))
        bench.exit("app", code: 7)
        #expect(bench.reports.last?.status == .stopped)
        #expect(bench.reports.last?.containers.last?.exitCode == 7)
    }

    @Test("a clock that is set, forward or back, changes nothing", arguments: [86_400, -86_400])
    func clock(seconds: Int) {
        var early = bench()
        early.feed(.accepted)
        let now = start.advanced(by: .seconds(seconds))
        var late = early
        let id = early.machine.container("app")?.id ?? ""
        let exit = EngineEvent.exited(reference(), ContainerExit(id: id, exitCode: 1, finishedAt: now))
        _ = early.machine.handle(.engine(exit), at: now)
        #expect(early.machine.isStopped)
        _ = late.machine.handle(.timer(.restartPeriod(container: "app", restarts: 0)), at: now)
        #expect(late.machine.handle(.engine(exit), at: now).contains(.engine(.start(reference(), id: id))))
    }

    @Test("the period of an earlier run does not count for a later one")
    func stale() {
        var bench = bench()
        bench.feed(.accepted)
        bench.feed(.timer(.restartPeriod(container: "app", restarts: 0)))
        bench.exit("app", code: 1)
        bench.feed(.timer(.restartPeriod(container: "app", restarts: 0)))
        bench.exit("app", code: 1)
        #expect(bench.machine.isStopped)
    }

    @Test("a task that is to stop restarts nothing")
    func stopping() {
        var bench = bench()
        bench.feed(.accepted)
        bench.feed(.timer(.restartPeriod(container: "app", restarts: 0)))
        bench.feed(.stopRequested)
        #expect(bench.steps.filter { $0 == "start app" }.count == 1)
        #expect(bench.reports.last?.status == .stopped)
    }

    @Test("ports that the engine publishes anew at a restart are told")
    func ports() {
        var bench = Bench([
            .sample().with {
                $0.restartPolicy = ACS.RestartPolicy(enabled: true)
                $0.portMappings = [ACS.PortMapping(containerPort: 80, hostPort: 0, protocol: "tcp")]
            }
        ])
        bench.feed(.accepted)
        bench.feed(.timer(.restartPeriod(container: "app", restarts: 0)))
        let id = bench.machine.container("app")?.id ?? ""
        _ = bench.machine.handle(
            .engine(.exited(reference(), ContainerExit(id: id, exitCode: 1, finishedAt: start))), at: start)
        let binding = NetworkBinding(bindIP: "0.0.0.0", containerPort: 80, hostPort: 40_000, protocol: "tcp")
        bench.feed(.engine(.started(reference(), ContainerStart(id: id, startedAt: start, bindings: [binding]))))
        #expect(bench.reports.map(\.status) == [.running, .running])
        #expect(bench.reports.last?.containers.first?.bindings == [binding])
    }

    @Test(
        "what ended while no agent watched is measured by the engine's times",
        arguments: [(59, false), (60, true)])
    func unwatched(seconds: Int, restarts: Bool) throws {
        var bench = bench()
        bench.feed(.accepted)
        let id = bench.machine.container("app")?.id ?? ""
        var machine = try #require(TaskMachine(journal: bench.machine.journal, .sample))
        _ = machine.beginSurvey()
        let exit = ContainerExit(id: id, exitCode: 1, finishedAt: start.advanced(by: .seconds(seconds)))
        let found = SurveyedContainer(reference: reference(), id: id, name: "x", state: .exited(exit))
        let actions = machine.handle(.surveyed([found]), at: start.advanced(by: .seconds(100)))
        #expect(actions.contains(.engine(.start(reference(), id: id))) == restarts)
        #expect(machine.isStopped != restarts)
    }

    @Test("an agent that comes back waits for what is left of the period, and remembers the restarts")
    func adopted() throws {
        var bench = bench()
        bench.feed(.accepted)
        bench.feed(.timer(.restartPeriod(container: "app", restarts: 0)))
        bench.exit("app", code: 1)
        let id = bench.machine.container("app")?.id ?? ""
        var machine = try #require(TaskMachine(journal: bench.machine.journal, .sample))
        _ = machine.beginSurvey()
        let run = ContainerStart(id: id, startedAt: start)
        let found = SurveyedContainer(reference: reference(), id: id, name: "x", state: .running(run))
        let actions = machine.handle(.surveyed([found]), at: start.advanced(by: .seconds(20)))
        let timer = TaskTimer.restartPeriod(container: "app", restarts: 1)
        #expect(actions.contains(.schedule(timer, after: .seconds(40))))
        // A survey of an engine that was away meanwhile begins nothing twice.
        _ = machine.beginSurvey()
        #expect(machine.handle(.surveyed([found]), at: start.advanced(by: .seconds(30))) == [])
    }
}
