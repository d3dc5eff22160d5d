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

    @Test("garbage is no journal entry", arguments: ["{}", "{\"task\":1,\"containers\":[]}", "[]"])
    func garbage(text: String) throws {
        #expect(TaskMachine(journal: try JSONValue.parse(text), .sample) == nil)
    }
}
