import AWSModels
import AWSWire
import NodeLink
import State
import Testing

@testable import Control

/// What Amazon's own agent sent over its sessions, played to our server; and what ours sends, beside what the official
/// backend sent.
@Suite("Amazon's own agent, over its sessions") struct OfficialAgentTests {
    private let instance = ContainerInstanceRecord.key("demo", "0123456789abcdef0123456789abcdef")
    private static let taskID = "22222222222222222222222222222222"

    /// The world of the recordings: account 111122223333, cluster `demo`, an instance, and a task.
    private func transaction() -> Transaction {
        var transaction = Transaction(Snapshot(realm: Realm(account: "111122223333", region: "us-east-1")))
        var record = ContainerInstanceRecord()
        record.cluster = "demo"
        record.id = "0123456789abcdef0123456789abcdef"
        transaction.put(record)
        var definition = TaskDefinitionRecord()
        definition.family = "hello"
        definition.revision = 3
        definition.definition = ECS.TaskDefinition.trusted(
            Array(
                #"""
                {"taskRoleArn":"arn:aws:iam::111122223333:role/demo-task","cpu":"256","memory":"64","volumes":[
                {"name":"hostvol","host":{"sourcePath":"/srv/hostvol"}},{"name":"scratch"},
                {"name":"dv","dockerVolumeConfiguration":{"scope":"task","driver":"local","labels":{"k":"v"}}}],
                "containerDefinitions":[{"name":"main","image":"busybox:latest","essential":true,"cpu":128,"memory":32,
                "command":["sh"],"environment":[{"name":"FOO","value":"bar"}],"stopTimeout":5,
                "portMappings":[{"containerPort":8080}],"dockerLabels":{"mylabel":"x"},
                "mountPoints":[{"sourceVolume":"hostvol","containerPath":"/host"}],
                "dependsOn":[{"containerName":"init","condition":"SUCCESS"}],
                "healthCheck":{"command":["CMD-SHELL","exit 0"]}},
                {"name":"init","image":"busybox:latest","essential":false,"memory":16}]}
                """#.utf8))
        transaction.put(definition)
        var task = TaskRecord()
        task.cluster = "demo"
        task.id = Self.taskID
        task.family = "hello"
        task.revision = 3
        task.group = "family:hello"
        task.instanceID = record.id
        task.containers = ["main", "init"].map { name in
            var container = ContainerState()
            container.name = name
            container.id = "aaaaaaaa-0000-0000-0000-000000000001"
            return container
        }
        transaction.put(task)
        return transaction
    }

    private func session() -> AgentSession {
        AgentSession(instance, random: SeededRandom(seed: 1), at: ControlWorld.start)
    }

    private func frames(_ actions: [AgentSession.Action]) throws -> [JSONValue] {
        var frames: [JSONValue] = []
        for case .send(let message) in actions { frames.append(try JSONValue.parse(message.frame)) }
        return frames
    }

    private func play(_ name: String, to session: inout AgentSession, _ snapshot: Snapshot) throws -> [JSONValue] {
        let message = try ACSMessage(frame: try WireSample.frame(name).encode())
        return try frames(session.handle(.received(message), snapshot, at: ControlWorld.start))
    }

    private func form(_ name: String) throws -> Set<String> { WireForm.of(try WireSample.frame(name)) }

    @Test("a session begins with a manifest, then a payload, in the backend's form")
    func opens() throws {
        var session = session()
        let sent = try frames(session.handle(.opened, transaction().snapshot, at: ControlWorld.start))
        #expect(sent.map { $0["type"]?.stringValue } == ["TaskManifestMessage", "PayloadMessage"])
        let listed: Set = [
            "message.tasks[].taskArn string", "message.tasks[].taskClusterArn string",
            "message.tasks[].desiredStatus string",
        ]
        #expect(WireForm.of(sent[0]) == (try form("backend-TaskManifestMessage")).union(listed))
        let own = WireForm.of(sent[1])
        // The pinned version of the engine's API is a choice; ours leaves it to the agent.
        let missing = (try form("backend-PayloadMessage")).subtracting(own)
        #expect(missing == ["message.tasks[].containers[].dockerConfig.version string"])
        let timeline = try #require(sent[0]["message"]?["timeline"]?.intValue)
        #expect((sent[1]["message"]?["seqNum"]?.intValue ?? 0) > timeline)
    }

    @Test("a payload holds what the backend's held, value by value")
    func payload() throws {
        var session = session()
        let sent = try frames(session.handle(.opened, transaction().snapshot, at: ControlWorld.start))
        let own = try #require(sent[1]["message"]?["tasks"]?[0])
        let official = try #require(try WireSample.frame("backend-PayloadMessage")["message"]?["tasks"]?[0])
        for name in [
            "arn", "taskClusterArn", "family", "version", "desiredStatus", "launchType", "networkMode", "cpu", "memory",
            "group", "taskDefinitionAccountId", "overrides",
        ] { #expect(own[name] == official[name], "\(name)") }
        #expect(own["volumes"]?[2] == official["volumes"]?[2])
        let (main, theirs) = (own["containers"]?[0], official["containers"]?[0])
        for name in [
            "name", "image", "essential", "cpu", "memory", "containerArn", "portMappings", "dependsOn",
            "healthCheckType", "stopTimeout", "volumesFrom",
        ] { #expect(main?[name] == theirs?[name], "\(name)") }
        #expect(main?["environment"] == ["AWS_EXECUTION_ENV": "AWS_ECS_EC2", "FOO": "bar"])
        let config = try JSONValue.parse(main?["dockerConfig"]?["config"]?.stringValue ?? "")
        #expect(config["Labels"] == ["mylabel": "x"])
        #expect(config["Healthcheck"]?["Test"] == ["CMD-SHELL", "exit 0"])
    }

    @Test("what the agent answers is understood")
    func answers() throws {
        let snapshot = transaction().snapshot
        var session = session()
        _ = session.handle(.opened, snapshot, at: ControlWorld.start)
        for name in [
            "acs-AckRequest", "acs-HeartbeatAckRequest", "acs-IAMRoleCredentialsAckRequest", "acs-NackRequest",
        ] {
            #expect(try play(name, to: &session, snapshot).isEmpty, "\(name)")
        }
    }

    @Test("a payload that was acknowledged is not sent again")
    func acknowledges() throws {
        let snapshot = transaction().snapshot
        var session = session()
        let id = try frames(session.handle(.opened, snapshot, at: ControlWorld.start))[1]["message"]?["messageId"]
        var ack = try WireSample.frame("acs-AckRequest")
        var message = ack["message"] ?? .null
        message["messageId"] = id
        ack["message"] = message
        _ = session.handle(.received(try ACSMessage(frame: ack.encode())), snapshot, at: ControlWorld.start)
        let later = session.handle(.ticked, snapshot, at: ControlWorld.start.advanced(by: .seconds(60)))
        #expect(try frames(later).map { $0["type"]?.stringValue } == ["HeartbeatMessage"])
        #expect(WireForm.of(try frames(later)[0]) == (try form("backend-HeartbeatMessage")))
    }

    @Test("a task that should not run may stop, one that should may not")
    func verifies() throws {
        var transaction = transaction()
        var session = session()
        let kept = try play("acs-TaskStopVerificationMessage", to: &session, transaction.snapshot)
        #expect(kept[0]["message"]?["stopTasks"] == .array([]))
        transaction.delete(TaskRecord.key("demo", Self.taskID))
        let stopped = try play("acs-TaskStopVerificationMessage", to: &session, transaction.snapshot)
        #expect(WireForm.of(stopped[0]) == (try form("backend-TaskStopVerificationAck")))
        let official = try WireSample.frame("backend-TaskStopVerificationAck")
        #expect(stopped[0]["message"]?["stopTasks"] == official["message"]?["stopTasks"])
        #expect(stopped[0]["message"]?["messageId"] == "m-man-2")
    }

    @Test("new credentials have the backend's form")
    func credentials() throws {
        var transaction = transaction()
        transaction.update(TaskRecord.key("demo", Self.taskID)) { $0.lastStatus = .running }
        var session = session()
        let sent = try frames(session.handle(.opened, transaction.snapshot, at: ControlWorld.start))
        let own = try #require(sent.first { $0["type"] == "IAMRoleCredentialsMessage" })
        #expect(WireForm.of(own) == (try form("backend-IAMRoleCredentialsMessage")))
        #expect(own["message"]?["roleType"] == "TaskApplication")
    }

    @Test("a deregistered instance loses its session, with the exception's name as the reason")
    func inactive() {
        var transaction = transaction()
        var session = session()
        _ = session.handle(.opened, transaction.snapshot, at: ControlWorld.start)
        transaction.update(instance) { $0.status = .inactive }
        let last = session.handle(.changed([]), transaction.snapshot, at: ControlWorld.start).last
        guard case .close(1_000, let reason)? = last else { return #expect(Bool(false), "still open") }
        #expect(reason.hasPrefix("InactiveInstanceException: "))
    }

    @Test("numbers rise over the sessions of an instance, whatever each has sent")
    func rises() throws {
        let transaction = transaction()
        var first = session()
        var highest = 0
        for _ in 0..<100 {
            let sent = try frames(first.handle(.opened, transaction.snapshot, at: ControlWorld.start))
            highest = sent.compactMap { $0["message"]?["timeline"]?.intValue }.max() ?? highest
        }
        // Every session begins with a commit.
        let commit = StoreBatch(revision: 1, base: 0, time: ControlWorld.start)
        let next = transaction.snapshot.following(commit).snapshot
        var second = session()
        let sent = try frames(second.handle(.opened, next, at: ControlWorld.start))
        #expect((sent[0]["message"]?["timeline"]?.intValue ?? 0) > highest)
    }

    // MARK: Measurements

    @Test(
        "what the agent publishes is acknowledged",
        arguments: [
            ("tcs-PublishMetricsRequest-idle", "backend-tcs-AckPublishMetric"),
            ("tcs-PublishMetricsRequest-tasks", "backend-tcs-AckPublishMetric"),
            ("tcs-PublishMetricsRequest-restarts", "backend-tcs-AckPublishMetric"),
            ("tcs-PublishHealthRequest", "backend-tcs-AckPublishHealth"),
            ("tcs-PublishInstanceStatusRequest", "backend-tcs-AckPublishInstanceStatus"),
        ])
    func acknowledges(sent: String, answer: String) throws {
        let message = try TCSMessage(frame: try WireSample.signedFrame(sent))
        let own = try #require(TelemetryReports.answer(to: message))
        #expect(WireForm.of(try JSONValue.parse(own.frame)) == (try form(answer)))
        #expect(try JSONValue.parse(own.frame)["type"] == (try WireSample.frame(answer))["type"])
    }

    @Test("health and the engine's state are kept")
    func keeps() throws {
        var transaction = transaction()
        for name in ["tcs-PublishHealthRequest", "tcs-PublishInstanceStatusRequest"] {
            let message = try TCSMessage(frame: try WireSample.signedFrame(name))
            TelemetryReports.keep(message, from: instance, &transaction, at: ControlWorld.start)
        }
        let task = transaction.snapshot.get(TaskRecord.key("demo", Self.taskID))
        #expect(task?.containers[0].healthStatus == .healthy)
        let record = transaction.snapshot.get(instance)
        #expect(record?.runtimeStatus == "OK")
        #expect(record?.runtimeStatusChangedAt == Timestamp(milliseconds: 1_795_409_118_238))
    }
}
