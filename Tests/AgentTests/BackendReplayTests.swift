import AWSModels
import AWSWire
import NodeLink
import NodeNet
import Testing

@testable import Agent

/// What the official backend sent, played to our agent; and what ours sends, beside what the official agent sent.
@Suite("Replay of the backend")
struct BackendReplayTests {
    private static let task = "arn:aws:ecs:us-east-1:111122223333:task/demo/22222222222222222222222222222222"
    private static let instance =
        "arn:aws:ecs:us-east-1:111122223333:container-instance/demo/0123456789abcdef0123456789abcdef"

    private func frame(_ name: String) throws -> JSONValue { try #require(try Fixture.load(name)["frame"]) }

    private func message(_ name: String) throws -> AgentEvent {
        .received(try ACSMessage(frame: try frame(name).encode()))
    }

    private func makeAgent() -> AgentMachine {
        var machine = AgentMachine(cluster: "demo", settings: .sample, random: SeededRandom(seed: 3))
        _ = machine.handle(.restored([]), at: start)
        _ = machine.handle(.registered(containerInstanceARN: Self.instance), at: start)
        _ = machine.handle(.engine(.found), at: start)
        _ = machine.handle(.sessionOpened, at: start)
        return machine
    }

    private func makeAgentWithTask() throws -> AgentMachine {
        var machine = makeAgent()
        _ = machine.handle(try message("backend-PayloadMessage"), at: start)
        return machine
    }

    private func json(_ message: ACSMessage?) throws -> JSONValue { try JSONValue.parse(try #require(message).frame) }

    @Test("a payload begins its task and is answered as the official agent answers")
    func payload() throws {
        var machine = makeAgent()
        let actions = machine.handle(try message("backend-PayloadMessage"), at: start)
        let pulled = actions.engine.compactMap { action in
            if case .pull(let reference, _, _) = action { reference.container } else { nil }
        }
        #expect(pulled == ["main", "init"])
        #expect(actions.afterSave.count == 2)
        let ack = try json(actions.afterSave.first)
        #expect(WireForm.of(ack) == WireForm.of(try frame("acs-AckRequest")))
        #expect(ack["message"]?["messageId"] == "1b898739-48ee-4dfd-abdf-33c0fc362c5d")
        let credentials = try json(actions.afterSave.last)
        #expect(WireForm.of(credentials) == WireForm.of(try frame("acs-IAMRoleCredentialsAckRequest")))
        #expect(credentials["message"]?["credentialsId"] == "cid-task-2")
        #expect(credentials["message"]?["expiration"] == "2026-11-23T05:46:35Z")
    }

    @Test("keys are on no disk")
    func journal() throws {
        var machine = makeAgent()
        let actions = machine.handle(try message("backend-PayloadMessage"), at: start)
        for case .save(let entries, _) in actions {
            let text = String(decoding: JSONValue.array(entries.map(\.content)).encode(), as: UTF8.self)
            #expect(text.contains("cid-task-2"))
            #expect(!text.contains("stub-token") && !text.contains("ASIASTUB"))
        }
        #expect(machine.credentials.entry("cid-task-2")?.credentials.sessionToken == "stub-token")
    }

    @Test("the containers of a payload are created with what it says, and with where their endpoints are")
    func containers() throws {
        var machine = makeAgent()
        machine.settings.endpointAddress = "169.254.170.2"
        _ = machine.handle(try message("backend-PayloadMessage"), at: start)
        let made = machine.handle(
            .engine(.pulled(ContainerReference(task: Self.task, container: "init"), imageDigest: nil)), at: start)
        _ = machine.handle(.engine(.volumeReady(task: Self.task, name: made.engine.isEmpty ? "" : "")), at: start)
        let (task, main) = try #require(
            machine.tasks[Self.task].flatMap { task in task.container("main").map { (task, $0) } })
        let names = Dictionary(uniqueKeysWithValues: task.containers.map { ($0.name, $0.engineName) })
        let creation = ContainerCreation(
            main.definition, of: task.task, engineNames: names, volumes: task.volumes, settings: machine.settings)
        let variables = (creation.configuration["Env"]?.arrayValue ?? []).compactMap(\.stringValue)
        let id = EndpointID.make(task: Self.task, engineName: main.engineName)
        #expect(variables.contains("ECS_CONTAINER_METADATA_URI_V4=http://169.254.170.2/v4/\(id)"))
        #expect(variables.contains("ECS_CONTAINER_METADATA_URI=http://169.254.170.2/v3/\(id)"))
        #expect(variables.contains("ECS_AGENT_URI=http://169.254.170.2/api/\(id)"))
        #expect(variables.contains("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/v2/credentials/cid-task-2"))
        #expect(variables.contains("FOO=bar"))
        #expect(creation.configuration["Cmd"]?[2] == "echo overridden; env; busybox httpd -f -p 8080")
        #expect(creation.configuration["HostConfig"]?["Memory"] == .int(32 << 20))
        #expect(machine.container(endpoint: id)?.1.name == "main")
        #expect(machine.container(endpoint: "nope") == nil)
    }

    @Test("new credentials replace old ones, of the task they are for and of no other")
    func credentials() throws {
        var machine = try makeAgentWithTask()
        let actions = machine.handle(try message("backend-IAMRoleCredentialsMessage"), at: start)
        let ack = try json(actions.sent.first)
        #expect(WireForm.of(ack) == WireForm.of(try frame("acs-IAMRoleCredentialsAckRequest")))
        #expect(ack["message"]?["messageId"] == "m-cred-1")
        #expect(machine.credentials.entry("cid-task-2b")?.task == Self.task)
        var stranger = makeAgent()
        let ignored = stranger.handle(try message("backend-IAMRoleCredentialsMessage"), at: start)
        #expect(ignored.isEmpty)
        #expect(stranger.credentials.entry("cid-task-2b") == nil)
        machine.credentials.take(
            ACS.IAMRoleCredentials(credentialsId: "cid-task-2", accessKeyId: "other"), of: "other",
            isForExecution: false)
        #expect(machine.credentials.entry("cid-task-2")?.credentials.accessKeyId == "ASIASTUB")
    }

    @Test("credentials end with their task")
    func end() throws {
        var machine = try makeAgentWithTask()
        let stop = ACS.Task(arn: Self.task, desiredStatus: "STOPPED")
        let order = ACS.PayloadMessage(
            messageId: "m9", clusterArn: "c", containerInstanceArn: "i", seqNum: 99, tasks: [stop])
        _ = machine.handle(.received(.payload(order)), at: start)
        #expect(machine.credentials.entry("cid-task-2") != nil)
        for name in ["main", "init"] {
            let reference = ContainerReference(task: Self.task, container: name)
            _ = machine.handle(.engine(.pullFailed(reference, EngineFailure(.refused, "no"))), at: start)
        }
        #expect(machine.credentials.entry("cid-task-2") == nil)
    }

    @Test("a manifest that does not list the task is acknowledged and questioned, and its answer obeyed")
    func manifest() throws {
        var machine = try makeAgentWithTask()
        let actions = machine.handle(try message("backend-TaskManifestMessage"), at: start)
        #expect(try json(actions.sent.first)["message"]?["messageId"] == "m-man-2")
        #expect(try json(actions.sent.last).sorted == (try frame("acs-TaskStopVerificationMessage")).sorted)
        _ = machine.handle(try message("backend-TaskStopVerificationAck"), at: start)
        #expect(machine.tasks[Self.task]?.isStopRequested == true)
    }

    @Test("an order to update is refused in the official agent's words")
    func update() throws {
        var machine = makeAgent()
        let actions = machine.handle(try message("backend-PerformUpdateMessage"), at: start)
        #expect(try json(actions.sent.first).sorted == (try frame("acs-NackRequest")).sorted)
    }

    @Test("a heartbeat is answered")
    func heartbeat() throws {
        var machine = makeAgent()
        let answer = try json(machine.handle(try message("backend-HeartbeatMessage"), at: start).sent.first)
        #expect(WireForm.of(answer) == WireForm.of(try frame("acs-HeartbeatAckRequest")))
    }

    @Test(
        "what comes over the telemetry session needs no answer",
        arguments: [
            "backend-tcs-AckPublishHealth", "backend-tcs-AckPublishInstanceStatus", "backend-tcs-AckPublishMetric",
            "backend-tcs-HeartbeatMessage",
        ])
    func telemetry(name: String) throws {
        var machine = makeAgent()
        let message = try TCSMessage(frame: try frame(name).encode())
        let answers = machine.handle(.receivedTelemetry(message), at: start)
        #expect(answers.isEmpty)
    }

    @Test("the refusal of an upgrade says that the instance is inactive")
    func refusal() throws {
        let body = try #require(try frame("backend-upgrade-refused-inactive")["body"])
        #expect(SessionEnd.after(refusal: body.encode()) == .inactive)
        #expect(SessionEnd.after(refusal: Array(#"{"ServerException":"x"}"#.utf8)) == .later)
    }

    @Test("the telemetry session's own goodbye means to dial again at once")
    func goodbye() throws {
        let close = try frame("tcs-agent-close-frame")
        #expect(SessionEnd.after(closeCode: UInt16(try #require(close["code"]?.intValue))) == .again)
        #expect(close["reason"]?.stringValue == Liveness.goodbye)
    }
}
