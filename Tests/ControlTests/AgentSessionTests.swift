import AWSModels
import AWSWire
import NodeLink
import State
import Testing

@testable import Control

/// What a session tells its agent, and when it says it again.
@Suite("Agent session") struct AgentSessionTests {
    private let instance = ContainerInstanceRecord.key("default", "instance0")

    private func session() -> AgentSession {
        AgentSession(instance, random: SeededRandom(seed: 1), at: ControlWorld.start)
    }

    private func messages(_ actions: [AgentSession.Action]) -> [ACSMessage] {
        actions.compactMap { action in
            if case .send(let message) = action { message } else { nil }
        }
    }

    private func payloads(_ actions: [AgentSession.Action]) -> [ACS.PayloadMessage] {
        messages(actions).compactMap { message in
            if case .payload(let payload) = message { payload } else { nil }
        }
    }

    /// The tasks a payload orders, as `id status`.
    private func orders(_ actions: [AgentSession.Action]) -> [String] {
        payloads(actions).flatMap { $0.tasks ?? [] }.map { task in
            "\(task.arn?.split(separator: "/").last ?? "") \(task.desiredStatus ?? "")"
        }
    }

    @Test("it opens with what the instance should run")
    func opens() {
        var world = ControlWorld()
        world.addTask("pending")
        world.addTask("running") { $0.lastStatus = .running }
        world.addTask("leaving") { task in
            task.lastStatus = .running
            task.desiredStatus = .stopped
        }
        world.addTask("elsewhere", on: "instance1")
        var session = session()
        let actions = session.handle(.opened, world.snapshot, at: world.now)
        guard case .manifest(let manifest)? = messages(actions).first else {
            Issue.record("the first message is no manifest")
            return
        }
        let listed = (manifest.tasks ?? []).compactMap { $0.taskArn?.split(separator: "/").last }
        #expect(listed == ["pending", "running"])
        #expect(orders(actions) == ["leaving STOPPED", "pending RUNNING"])
    }

    @Test("a task of a service is ordered with the images its revision has settled on")
    func images() {
        var world = ControlWorld()
        world.addService("web", desired: 1)
        world.transaction.update(ServiceRecord.key("default", "web")) { service in
            service.changePrimary { $0.serviceRevision = "7" }
        }
        var revision = ServiceRevisionRecord()
        (revision.cluster, revision.service, revision.id) = ("default", "web", "7")
        revision.imageDigests = ["app": "sha256:abc"]
        world.transaction.put(revision)
        world.addTask("alone")
        world.addTask("served") { ($0.service, $0.deployment) = ("web", "ecs-svc/1") }
        var session = session()
        let actions = session.handle(.opened, world.snapshot, at: world.now)
        let images = payloads(actions).flatMap { $0.tasks ?? [] }.map { $0.containers?.first?.image }
        #expect(images == ["busybox", "busybox@sha256:abc"])
    }

    @Test("an order says which container gets which GPU")
    func gpus() {
        var world = ControlWorld()
        world.addTask("plain")
        world.addTask("training") { task in
            task.gpuCount = 2
            task.containers[0].gpuIDs = ["g1", "g2"]
        }
        var session = session()
        let tasks = payloads(session.handle(.opened, world.snapshot, at: world.now)).flatMap { $0.tasks ?? [] }
        let given = tasks.map { task in
            (task.associations ?? []).map { "\($0.type ?? "") \($0.name ?? "") \($0.containers ?? [])" }
        }
        #expect(given == [[], [#"gpu g1 ["app"]"#, #"gpu g2 ["app"]"#]])
    }

    @Test("an order is given once, and again when it is not acknowledged")
    func repeats() throws {
        var world = ControlWorld()
        var session = session()
        _ = session.handle(.opened, world.snapshot, at: world.now)
        world.addTask("a")
        let key = TaskRecord.key("default", "a")
        let first = session.handle(.changed([key]), world.snapshot, at: world.now)
        #expect(orders(first) == ["a RUNNING"])
        #expect(session.handle(.changed([key]), world.snapshot, at: world.now).isEmpty)
        #expect(orders(session.handle(.ticked, world.snapshot, at: world.now.advanced(by: .seconds(29)))).isEmpty)
        let again = session.handle(.ticked, world.snapshot, at: world.now.advanced(by: .seconds(31)))
        #expect(orders(again) == ["a RUNNING"])
        let id = try #require(payloads(again).first?.messageId)
        _ = session.handle(.received(.ack(ACS.AckRequest(messageId: id))), world.snapshot, at: world.now)
        let late = session.handle(.ticked, world.snapshot, at: world.now.advanced(by: .seconds(90)))
        #expect(orders(late).isEmpty)
    }

    @Test("later orders have higher numbers")
    func counts() {
        var world = ControlWorld()
        world.addTask("a")
        world.addTask("b")
        var session = session()
        let first = payloads(session.handle(.changed([TaskRecord.key("default", "a")]), world.snapshot, at: world.now))
        let second = payloads(session.handle(.changed([TaskRecord.key("default", "b")]), world.snapshot, at: world.now))
        #expect((first.first?.seqNum ?? 0) < (second.first?.seqNum ?? 0))
    }

    @Test("a task that vanished is stopped")
    func vanished() {
        var world = ControlWorld()
        world.addTask("a")
        let key = TaskRecord.key("default", "a")
        var session = session()
        _ = session.handle(.changed([key]), world.snapshot, at: world.now)
        world.transaction.delete(key)
        #expect(orders(session.handle(.changed([key]), world.snapshot, at: world.now)) == ["a STOPPED"])
        #expect(session.handle(.changed([key]), world.snapshot, at: world.now).isEmpty)
    }

    @Test("a stop that the agent has taken makes the task STOPPING")
    func notesStopping() throws {
        var world = ControlWorld()
        world.addTask("a") { task in
            task.lastStatus = .running
            task.desiredStatus = .stopped
        }
        let key = TaskRecord.key("default", "a")
        var session = session()
        let order = try #require(payloads(session.handle(.changed([key]), world.snapshot, at: world.now)).first)
        let answer = session.handle(
            .received(.ack(ACS.AckRequest(messageId: order.messageId))), world.snapshot, at: world.now)
        guard case .noteStopping(let keys)? = answer.first else {
            Issue.record("nothing was noted")
            return
        }
        #expect(keys == [key])
    }

    @Test("an agent is told which of its unknown tasks to stop, and no others")
    func verifies() throws {
        var world = ControlWorld()
        world.addTask("mine")
        world.addTask("ending") { $0.desiredStatus = .stopped }
        world.addTask("elsewhere", on: "instance1")
        let realm = world.snapshot.realm
        let candidates = ["mine", "ending", "elsewhere", "unknown"].map {
            ACS.TaskIdentifier(taskArn: realm.ecs("task/default/\($0)"))
        }
        var session = session()
        let question = ACS.TaskStopVerificationMessage(messageId: "m", stopCandidates: candidates)
        let answer = messages(session.handle(.received(.stopVerification(question)), world.snapshot, at: world.now))
        guard case .stopVerificationAck(let ack)? = answer.first else {
            Issue.record("no answer")
            return
        }
        let stopped = (ack.stopTasks ?? []).compactMap { $0.taskArn?.split(separator: "/").last }
        #expect(stopped == ["ending", "elsewhere", "unknown"])
    }

    @Test("it sends heartbeats and closes on silence")
    func keepsAlive() {
        let world = ControlWorld()
        var session = session()
        let beat = session.handle(.ticked, world.snapshot, at: world.now.advanced(by: .seconds(30)))
        #expect(messages(beat).count == 1)
        let end = session.handle(.ticked, world.snapshot, at: world.now.advanced(by: .seconds(181)))
        guard case .close(_, _)? = end.first else {
            Issue.record("the silent session is still open")
            return
        }
    }
}
