import AWSWire
import NodeLink
import Testing

@testable import Agent

@Suite("Agent machine")
struct AgentMachineTests {
    private func makeAgent() -> AgentMachine {
        var machine = AgentMachine(cluster: "default", settings: .sample, random: SeededRandom(seed: 3))
        _ = machine.handle(.restored([]), at: start)
        _ = machine.handle(.registered(containerInstanceARN: instanceARN), at: start)
        _ = machine.handle(.engine(.found), at: start)
        _ = machine.handle(.sessionOpened, at: start)
        return machine
    }

    private func payload(_ id: String, _ sequence: Int, _ tasks: [ACS.Task]) -> AgentEvent {
        .received(
            .payload(
                ACS.PayloadMessage(
                    messageId: id, clusterArn: clusterARN, containerInstanceArn: instanceARN, seqNum: sequence,
                    tasks: tasks)))
    }

    private func manifest(_ id: String, _ timeline: Int, running: [String] = []) -> AgentEvent {
        .received(
            .manifest(
                ACS.TaskManifestMessage(
                    messageId: id, clusterArn: clusterARN, containerInstanceArn: instanceARN, timeline: timeline,
                    tasks: running.map {
                        ACS.TaskIdentifier(taskArn: $0, taskClusterArn: clusterARN, desiredStatus: "RUNNING")
                    })))
    }

    @Test("a payload starts its tasks and is acknowledged once they are durable")
    func accepts() {
        var machine = makeAgent()
        let actions = machine.handle(payload("m1", 1, [.sample()]), at: start)
        #expect(actions.engine == [.pull(reference(), image: "busybox:latest")])
        #expect(actions.sent.isEmpty)
        #expect(actions.afterSave.map(\.ackedID) == ["m1"])
        #expect(actions.saved == [taskARN])
    }

    @Test("no container is made before the journal has its task")
    func keeps() {
        var machine = makeAgent()
        _ = machine.handle(payload("m1", 1, [.sample()]), at: start)
        #expect(machine.handle(.engine(.pulled(reference(), imageDigest: nil)), at: start).engine.isEmpty)
        let kept = machine.handle(.saved(tasks: [taskARN]), at: start).engine
        #expect(kept.count == 1)
        guard case .create? = kept.first else { return #expect(Bool(false)) }
        #expect(machine.handle(.saved(tasks: [taskARN]), at: start).isEmpty)
    }

    @Test("a payload that comes again is acknowledged and starts nothing")
    func redelivery() {
        var machine = makeAgent()
        _ = machine.handle(payload("m1", 1, [.sample()]), at: start)
        let actions = machine.handle(payload("m1", 1, [.sample()]), at: start)
        #expect(actions.engine.isEmpty)
        #expect(actions.afterSave.map(\.ackedID) == ["m1"])
    }

    @Test("an order to start that was on its way while its task ended starts nothing")
    func overtaken() {
        var machine = makeAgent()
        _ = machine.handle(payload("m1", 1, [.sample(desired: "STOPPED", containers: [])]), at: start)
        _ = machine.handle(.reported(task: taskARN), at: start)
        #expect(machine.tasks.isEmpty)
        let late = machine.handle(payload("m2", 2, [.sample()]), at: start)
        #expect(late.engine.isEmpty)
        #expect(late.afterSave.map(\.ackedID) == ["m2"])
        // What a new session brings is meant.
        _ = machine.handle(.sessionClosed, at: start)
        _ = machine.handle(.sessionOpened, at: start)
        #expect(!machine.handle(payload("m3", 3, [.sample()]), at: start).engine.isEmpty)
    }

    @Test("an empty payload is acknowledged")
    func empty() {
        var machine = makeAgent()
        #expect(machine.handle(payload("m1", 1, []), at: start).afterSave.map(\.ackedID) == ["m1"])
    }

    @Test("a stop that overtakes its start keeps the task from starting")
    func stopBeforeStart() {
        var machine = makeAgent()
        let stop = machine.handle(payload("m2", 2, [.sample(desired: "STOPPED")]), at: start)
        #expect(stop.reports.map(\.status) == [.stopped])
        let late = machine.handle(payload("m1", 1, [.sample()]), at: start)
        #expect(late.engine.isEmpty)
        #expect(late.afterSave.map(\.ackedID) == ["m1"])
    }

    @Test("a payload without the three names is dropped without a word")
    func nameless() {
        var machine = makeAgent()
        let actions = machine.handle(
            .received(.payload(ACS.PayloadMessage(messageId: "m1", tasks: [.sample()]))), at: start)
        #expect(actions.isEmpty)
    }

    @Test("a task that makes no sense is reported stopped, and its payload not acknowledged")
    func unrecognised() {
        var machine = makeAgent()
        var task = ACS.Task.sample()
        task.volumes = [ACS.Volume(name: "v", type: "weird")]
        let actions = machine.handle(payload("m1", 1, [task]), at: start)
        #expect(actions.afterSave.isEmpty)
        #expect(
            actions.reports.first?.reason
                == "UnrecogniedTaskError: Error loading task - unrecognized volume type: \"weird\"")
    }

    @Test("credentials are acknowledged by the payload's id")
    func credentials() {
        var machine = makeAgent()
        var task = ACS.Task.sample()
        task.roleCredentials = ACS.IAMRoleCredentials(credentialsId: "cid", expiration: "2026-11-23T05:45:45Z")
        let acks = machine.handle(payload("m1", 1, [task]), at: start).afterSave
        #expect(acks.count == 2)
        guard case .credentialsAck(let ack)? = acks.last else { return #expect(Bool(false)) }
        #expect(ack.messageId == "m1")
        #expect(ack.credentialsId == "cid")
    }

    @Test("tasks a manifest does not list are verified, and stopped only when confirmed")
    func verification() {
        var machine = makeAgent()
        _ = machine.handle(payload("m1", 1, [.sample()]), at: start)
        let actions = machine.handle(manifest("m2", 2), at: start)
        #expect(actions.sent.first?.ackedID == "m2")
        guard case .stopVerification(let question)? = actions.sent.last else { return #expect(Bool(false)) }
        #expect(question.messageId == "m2")
        #expect(question.stopCandidates?.map(\.taskArn) == [taskARN])

        let stop = ACS.TaskIdentifier(taskArn: taskARN, taskClusterArn: clusterARN, desiredStatus: "STOPPED")
        func answer(_ id: String) -> AgentEvent {
            .received(.stopVerificationAck(ACS.TaskStopVerificationAck(messageId: id, stopTasks: [stop])))
        }
        _ = machine.handle(answer("other"), at: start)
        #expect(machine.tasks[taskARN]?.isStopRequested == false)
        _ = machine.handle(answer("m2"), at: start)
        #expect(machine.tasks[taskARN]?.isStopRequested == true)
    }

    @Test(
        "a manifest no newer than what is known is discarded without a word",
        arguments: [(4, false), (5, false), (6, true)])
    func oldManifest(timeline: Int, isTaken: Bool) {
        var machine = makeAgent()
        _ = machine.handle(payload("m1", 5, [.sample()]), at: start)
        #expect(machine.handle(manifest("m2", timeline), at: start).isEmpty != isTaken)
    }

    @Test("a listed task is no candidate")
    func listed() {
        var machine = makeAgent()
        _ = machine.handle(payload("m1", 1, [.sample()]), at: start)
        #expect(machine.handle(manifest("m2", 2, running: [taskARN]), at: start).sent.count == 1)
    }

    @Test("a heartbeat is acknowledged, an update refused")
    func smallTalk() {
        var machine = makeAgent()
        let heartbeat = machine.handle(.received(.heartbeat(ACS.HeartbeatMessage(messageId: "h"))), at: start)
        guard case .heartbeatAck(let ack)? = heartbeat.sent.first else { return #expect(Bool(false)) }
        #expect(ack.messageId == "h")
        let update = machine.handle(.received(.performUpdate(ACS.PerformUpdateMessage(messageId: "u"))), at: start)
        guard case .nack(let nack)? = update.sent.first else { return #expect(Bool(false)) }
        #expect(nack.reason == "Updates are disabled")
    }

    @Test("a lost engine is told as IMPAIRED, and asked for everything when it is back")
    func engineLost() {
        var machine = makeAgent()
        _ = machine.handle(.telemetryOpened, at: start)
        let lost = machine.handle(.engine(.lost("gone")), at: start)
        #expect(lost.statuses == ["IMPAIRED"])
        let found = machine.handle(.engine(.found), at: start)
        #expect(found.engine == [.survey(known: [])])
        #expect(found.statuses == ["OK"])
    }

    @Test("an engine that cannot say what it has is asked again, once for all")
    func surveyFailed() {
        var machine = makeAgent()
        let first = machine.handle(.engine(.surveyFailed), at: start)
        #expect(first.timers == [.survey])
        #expect(machine.handle(.engine(.surveyFailed), at: start).timers.isEmpty)
        #expect(machine.handle(.timer(.survey), at: start).engine == [.survey(known: [])])
        #expect(machine.handle(.engine(.surveyFailed), at: start).timers == [.survey])
    }

    @Test("containers of tasks nobody knows are removed")
    func orphans() {
        var machine = makeAgent()
        let orphan = SurveyedContainer(
            reference: ContainerReference(task: "arn:x", container: "app"), id: "c9", name: "n", state: .created)
        let actions = machine.handle(.engine(.surveyed([orphan])), at: start)
        #expect(actions.engine == [.remove(orphan.reference, id: "c9")])
    }

    @Test("without tasks the metrics are idle; without a session there are none")
    func metrics() {
        var machine = makeAgent()
        #expect(machine.handle(.timer(.telemetry), at: start).telemetry.isEmpty)
        let opened = machine.handle(.telemetryOpened, at: start)
        guard case .metrics(let metrics)? = opened.telemetry.last else { return #expect(Bool(false)) }
        #expect(metrics.metadata?.idle == true)
        #expect(metrics.metadata?.fin == true)
    }

    @Test("the same seed and events give the same actions")
    func repeatable() {
        var (one, two) = (makeAgent(), makeAgent())
        let first = one.handle(payload("m1", 1, [.sample()]), at: start)
        let second = two.handle(payload("m1", 1, [.sample()]), at: start)
        #expect(first.entries == second.entries)
    }
}

extension [AgentAction] {
    var engine: [EngineAction] { compactMap { if case .engine(let action) = $0 { action } else { nil } } }
    var timers: [AgentTimer] { compactMap { if case .schedule(let timer, _) = $0 { timer } else { nil } } }
    var sent: [ACSMessage] { compactMap { if case .send(let message) = $0 { message } else { nil } } }
    var telemetry: [TCSMessage] { compactMap { if case .sendTelemetry(let message) = $0 { message } else { nil } } }
    var reports: [TaskReport] { compactMap { if case .report(let report) = $0 { report } else { nil } } }
    var afterSave: [ACSMessage] {
        flatMap { if case .save(_, let messages) = $0 { messages } else { [] as [ACSMessage] } }
    }
    var entries: [JournalEntry] {
        flatMap { if case .save(let entries, _) = $0 { entries } else { [] as [JournalEntry] } }
    }
    var saved: [String] { entries.map(\.task) }
    var statuses: [String?] {
        telemetry.flatMap { message -> [String?] in
            guard case .instanceStatus(let status) = message else { return [] }
            return status.statuses?.map(\.status) ?? []
        }
    }
}

extension ACSMessage {
    var ackedID: String? { if case .ack(let ack) = self { ack.messageId } else { nil } }
}
