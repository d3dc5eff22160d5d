import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Adoption after a restart")
struct AdoptionTests {
    /// A running task, as the journal has it.
    private func journaled() -> (journal: JSONValue, id: String) {
        var bench = Bench([.sample()])
        bench.feed(.accepted)
        return (bench.machine.journal, bench.machine.container("app")?.id ?? "")
    }

    private func survey(_ id: String, _ state: SurveyedContainer.State) -> SurveyedContainer {
        SurveyedContainer(reference: reference(), id: id, name: "x", state: state)
    }

    @Test("a container that still runs is left alone, and nothing is reported again")
    func runs() throws {
        let (journal, id) = journaled()
        var machine = try #require(TaskMachine(journal: journal, .sample))
        _ = machine.beginSurvey()
        let running = survey(id, .running(ContainerStart(id: id, startedAt: start)))
        #expect(machine.handle(.surveyed([running]), at: start) == [])
        #expect(machine.isRunning)
    }

    @Test("what the health check said while nobody listened is learnt")
    func health() throws {
        let (journal, id) = journaled()
        var machine = try #require(TaskMachine(journal: journal, .sample))
        _ = machine.beginSurvey()
        var running = survey(id, .running(ContainerStart(id: id, startedAt: start)))
        running.health = .healthy
        _ = machine.handle(.surveyed([running]), at: start)
        #expect(machine.container("app")?.health == .healthy)
        // An engine that keeps nothing itself has no say.
        running.health = nil
        _ = machine.handle(.surveyed([running]), at: start)
        #expect(machine.container("app")?.health == .healthy)
    }

    @Test("what ended meanwhile is reported with its exit code")
    func ended() throws {
        let (journal, id) = journaled()
        var machine = try #require(TaskMachine(journal: journal, .sample))
        _ = machine.beginSurvey()
        let exit = ContainerExit(id: id, exitCode: 9, finishedAt: start)
        let actions = machine.handle(.surveyed([survey(id, .exited(exit))]), at: start)
        let report = actions.compactMap { if case .report(let report) = $0 { report } else { nil as TaskReport? } }
            .first
        #expect(report?.status == .stopped)
        #expect(report?.containers.first?.exitCode == 9)
    }

    @Test("a container that is gone has vanished")
    func vanished() throws {
        let (journal, _) = journaled()
        var machine = try #require(TaskMachine(journal: journal, .sample))
        _ = machine.beginSurvey()
        _ = machine.handle(.surveyed([]), at: start)
        #expect(machine.isStopped)
        #expect(machine.container("app")?.reason?.hasPrefix("ContainerVanishedError") == true)
    }

    @Test("a container made after the survey was asked for is not missed")
    func young() {
        var machine = makeMachine()
        _ = machine.beginSurvey()
        _ = machine.handle(.accepted, at: start)
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        _ = machine.handle(.engine(.created(reference(), id: "c1")), at: start)
        _ = machine.handle(.surveyed([]), at: start)
        #expect(!machine.isStopped)
    }

    @Test("a crash between create and start goes on with the start")
    func created() throws {
        var machine = makeMachine()
        _ = machine.handle(.accepted, at: start)
        var restored = try #require(TaskMachine(journal: machine.journal, .sample))
        _ = restored.beginSurvey()
        let actions = restored.handle(.surveyed([survey("c1", .created)]), at: start)
        #expect(actions == [.engine(.start(reference(), id: "c1"))])
    }

    @Test("an order to stop waits for the engine to say whether the container runs")
    func stopBeforeSurvey() throws {
        var machine = makeMachine()
        _ = machine.handle(.accepted, at: start)
        var restored = try #require(TaskMachine(journal: machine.journal, .sample))
        #expect(restored.handle(.stopRequested, at: start) == [.save])
        #expect(!restored.isStopped)
        _ = restored.beginSurvey()
        let running = survey("c1", .running(ContainerStart(id: "c1", startedAt: start)))
        let actions = restored.handle(.surveyed([running]), at: start)
        #expect(actions.contains(.engine(.stop(reference(), id: "c1", timeout: .seconds(30)))))
        // What was never made is over at once.
        var never = try #require(TaskMachine(journal: machine.journal, .sample))
        _ = never.handle(.stopRequested, at: start)
        _ = never.beginSurvey()
        _ = never.handle(.surveyed([]), at: start)
        #expect(never.isStopped)
    }

    @Test("a report that was under way goes out again")
    func unacknowledged() throws {
        var bench = Bench([.sample()])
        bench.takesReports = false
        bench.feed(.accepted)
        let id = bench.machine.container("app")?.id ?? ""
        var machine = try #require(TaskMachine(journal: bench.machine.journal, .sample))
        _ = machine.beginSurvey()
        let running = survey(id, .running(ContainerStart(id: id, startedAt: start)))
        let actions = machine.handle(.surveyed([running]), at: start)
        #expect(actions.contains { if case .report(let report) = $0 { report.status == .running } else { false } })
    }

    /// A task whose engine went away before it answered to `create` or `start`.
    private func brokenOff(isStart: Bool) -> TaskMachine {
        var machine = makeMachine()
        let lost = EngineFailure(.unreachable, "the connection broke")
        _ = machine.handle(.accepted, at: start)
        _ = machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start)
        if isStart {
            _ = machine.handle(.engine(.created(reference(), id: "c1")), at: start)
            _ = machine.handle(.engine(.startFailed(reference(), lost)), at: start)
        } else {
            _ = machine.handle(.engine(.createFailed(reference(), lost)), at: start)
        }
        return machine
    }

    @Test("a step the engine broke off is no failure; a survey says how far it came", arguments: [true, false])
    func resumes(isStart: Bool) {
        var machine = brokenOff(isStart: isStart)
        #expect(!machine.isStopped)
        let asks = machine.handle(.timer(.survey), at: start)
        #expect(asks == [.survey, .schedule(.survey, after: TaskMachine.surveyInterval)])

        var running = machine
        _ = running.beginSurvey()
        let found = survey("c1", .running(ContainerStart(id: "c1", startedAt: start)))
        _ = running.handle(.surveyed([found]), at: start)
        #expect(running.isRunning)
        #expect(running.handle(.timer(.survey), at: start) == [])

        var created = machine
        _ = created.beginSurvey()
        let again = created.handle(.surveyed([survey("c1", .created)]), at: start)
        #expect(again == [.engine(.start(reference(), id: "c1"))])

        _ = machine.beginSurvey()
        let missed = machine.handle(.surveyed([]), at: start)
        #expect(machine.isStopped == isStart)
        #expect(missed.contains { if case .engine(.create) = $0 { true } else { false } } == !isStart)
    }

    @Test("a task that has to stop does so once the engine says what became of its start")
    func stopsAfterwards() {
        var machine = brokenOff(isStart: true)
        _ = machine.handle(.stopRequested, at: start)
        _ = machine.beginSurvey()
        let found = survey("c1", .running(ContainerStart(id: "c1", startedAt: start)))
        let actions = machine.handle(.surveyed([found]), at: start)
        #expect(actions.contains(.engine(.stop(reference(), id: "c1", timeout: .seconds(30)))))
    }

    @Test("garbage is no journal entry", arguments: ["{}", "{\"task\":1,\"containers\":[]}", "[]"])
    func garbage(text: String) throws {
        #expect(TaskMachine(journal: try JSONValue.parse(text), .sample) == nil)
    }
}
