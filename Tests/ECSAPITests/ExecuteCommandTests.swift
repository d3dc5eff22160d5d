import APIPipeline
import AWSModels
import AWSWire
import State
import Testing

@testable import SSMAPI

/// Sessions of ExecuteCommand: who gets one, and what is kept of it.
@Suite("ExecuteCommand") struct ExecuteCommandTests {
    /// A running task with two containers that were started for commands.
    private func region(_ change: @escaping @Sendable (inout TaskRecord) -> Void = { _ in }) -> TestRegion {
        let region = TestRegion()
        #expect(region.call("CreateCluster").status == 200)
        region.connectInstance()
        region.change { tx in
            var task = TaskRecord()
            task.cluster = "default"
            task.id = "abc"
            task.instanceID = tx.snapshot.list(ContainerInstanceRecord.self).first?.id
            task.lastStatus = .running
            task.enableExecuteCommand = true
            task.containers = ["app", "log"].map { name in
                var container = ContainerState()
                container.name = name
                container.id = "id-\(name)"
                container.lastStatus = "RUNNING"
                return container
            }
            change(&task)
            tx.put(task)
        }
        return region
    }

    private func execute(_ region: TestRegion, _ container: String? = "app") -> Answer {
        let name = container.map { #","container":"\#($0)""# } ?? ""
        return region.call("ExecuteCommand", #"{"task":"abc","command":"sh","interactive":true\#(name)}"#)
    }

    @Test("a session has an address and a token, and only the token's digest is kept")
    func session() throws {
        let region = region()
        let answer = execute(region)
        let arn = "arn:aws:ecs:us-east-1:000000000000:container/default/abc/id-app"
        #expect(answer.json["containerArn"]?.stringValue == arn, "\(answer.text)")
        let session = try #require(answer.json["session"])
        let id = try #require(session["sessionId"]?.stringValue)
        #expect(id.hasPrefix("ecs-execute-command-"))
        #expect(
            session["streamUrl"]?.stringValue
                == "ws://127.0.0.1:4566/v1/data-channel/\(id)?role=publish_subscribe")
        let token = try #require(session["tokenValue"]?.stringValue)
        region.change { tx in
            let record = tx.get(ExecuteSessionRecord.key(id))
            #expect(record?.tokenDigest == SHA256Digest.hex(of: Array(token.utf8)))
            #expect(record?.command == "sh")
            let stored = String(decoding: record?.storedBytes() ?? [], as: UTF8.self)
            #expect(!stored.contains(token))
            #expect(record?.owner == "arn:aws:iam::000000000000:root")
            #expect(record?.accepts(token, at: TestRegion.start) == true)
        }
        let other = try #require(execute(region).json["session"])
        #expect(other["tokenValue"]?.stringValue != token)
    }

    @Test("the container must be named when there are several")
    func containers() {
        #expect(execute(region(), nil).message.contains("must be specified"))
        #expect(execute(region { $0.containers.removeLast() }, nil).status == 200)
    }

    @Test("a task that is not ready for commands refuses them")
    func notReady() {
        let changes: [@Sendable (inout TaskRecord) -> Void] = [
            { $0.enableExecuteCommand = false },
            { $0.lastStatus = .pending },
            { $0.desiredStatus = .stopped },
            { $0.containers[0].lastStatus = "STOPPED" },
            { $0.containers[0].managedAgents = [ECS.ManagedAgent(name: .executeCommandAgent, lastStatus: "STOPPED")] },
            { $0.containers[0].managedAgents = [ECS.ManagedAgent(name: .executeCommandAgent, lastStatus: "PENDING")] },
        ]
        for change in changes {
            let answer = execute(region(change))
            #expect(answer.code == "InvalidParameterException")
            #expect(answer.message.contains("execute command agent isn't running"), "\(answer.text)")
        }
    }

    @Test("without its agent a task cannot be reached")
    func disconnected() {
        let region = region()
        region.change { tx in
            for instance in tx.snapshot.list(ContainerInstanceRecord.self) {
                tx.update(instance.key) { $0.agentConnected = false }
            }
        }
        #expect(execute(region).code == "TargetNotConnectedException")
    }

    @Test("a task of the official agent, which brings an SSM agent of its own, is refused in clear words")
    func officialAgent() {
        let region = region()
        func name(_ hash: String) {
            region.change { tx in
                for instance in tx.snapshot.list(ContainerInstanceRecord.self) {
                    tx.update(instance.key) { $0.agentHash = hash }
                }
            }
        }
        name("*d6a5d8c7")
        let answer = execute(region)
        #expect(answer.code == "TargetNotConnectedException")
        #expect(answer.message.contains("SSM agent"), "\(answer.text)")
        name(AgentRelease.hash)
        #expect(execute(region).status == 200)
    }

    @Test("a command that is too long is refused")
    func longCommand() {
        let command = String(repeating: "x", count: 65_537)
        let body = #"{"task":"abc","container":"app","command":"\#(command)","interactive":true}"#
        let answer = region().call("ExecuteCommand", body)
        #expect(answer.code == "InvalidParameterException")
    }

    // MARK: Session Manager

    private func status(_ region: TestRegion, _ id: String) -> SSM.SessionStatus? {
        region.snapshot.get(ExecuteSessionRecord.key(id))?.status
    }

    /// A session whose client has come.
    private func connected(_ region: TestRegion) throws -> String {
        let id = try #require(execute(region).json["session"]?["sessionId"]?.stringValue)
        region.change { tx in
            tx.update(ExecuteSessionRecord.key(id)) {
                $0.status = .connected
                $0.tokenDigest = ""
                $0.expiresAt = nil
            }
        }
        return id
    }

    @Test("a session that is resumed gets another token, one that is over gets none")
    func resume() throws {
        let region = region()
        let id = try connected(region)
        let answer = region.call(SSM.Operations.resumeSession, ["SessionId": .string(id)])
        let token = try #require(answer.json["TokenValue"]?.stringValue, "\(answer.text)")
        #expect(answer.json["StreamUrl"]?.stringValue?.hasSuffix("\(id)?role=publish_subscribe") == true)
        let record = region.snapshot.get(ExecuteSessionRecord.key(id))
        #expect(record?.accepts(token, at: region.now) == true)
        #expect(record?.expiresAt == nil)
        region.change { tx in
            tx.update(ExecuteSessionRecord.key(id)) { $0.end(exitCode: 0, reason: "", at: TestRegion.start) }
        }
        let over = region.call(SSM.Operations.resumeSession, ["SessionId": .string(id)])
        #expect(over.status == 200)
        #expect(over.json["TokenValue"] == nil)
    }

    @Test("a session belongs to who asked for it")
    func owner() throws {
        let region = region()
        let id = try connected(region)
        let record = try #require(region.snapshot.get(ExecuteSessionRecord.key(id)))
        let owner = Caller.root(region.snapshot.realm)
        #expect(throws: Never.self) { try record.check(owner, "ssm:ResumeSession", region.snapshot.realm) }
        let other = Caller(arn: "arn:aws:iam::000000000000:user/eve", account: owner.account, userID: "AIDA")
        #expect(throws: WireError.self) { try record.check(other, "ssm:ResumeSession", region.snapshot.realm) }
        var hers = record
        hers.owner = other.arn
        #expect(throws: Never.self) { try hers.check(other, "ssm:ResumeSession", region.snapshot.realm) }
    }

    @Test("a session that is terminated is told to end; one that nobody opened is over at once")
    func terminate() throws {
        let region = region()
        let id = try connected(region)
        let answer = region.call(SSM.Operations.terminateSession, ["SessionId": .string(id)])
        #expect(answer.json["SessionId"]?.stringValue == id)
        #expect(status(region, id) == .terminating)
        #expect(region.call(SSM.Operations.terminateSession, ["SessionId": .string(id)]).status == 200)
        let unopened = try #require(execute(region).json["session"]?["sessionId"]?.stringValue)
        _ = region.call(SSM.Operations.terminateSession, ["SessionId": .string(unopened)])
        #expect(status(region, unopened) == .terminated)
    }

    @Test("sessions are described by state and filters")
    func describe() throws {
        let region = region()
        let id = try connected(region)
        let other = try #require(execute(region).json["session"]?["sessionId"]?.stringValue)
        func found(_ state: String, _ key: String? = nil, _ value: String = "") -> [String] {
            var input: JSONValue = ["State": .string(state)]
            if let key { input["Filters"] = [["key": .string(key), "value": .string(value)]] }
            let answer = region.call(SSM.Operations.describeSessions, input)
            return (answer.json["Sessions"]?.arrayValue ?? []).compactMap { $0["SessionId"]?.stringValue }
        }
        #expect(found("Active") == [id, other].sorted())
        #expect(found("History") == [])
        #expect(found("Active", "Status", "Connected") == [id])
        #expect(found("Active", "SessionId", other) == [other])
        #expect(found("Active", "Owner", "arn:aws:iam::000000000000:user/eve") == [])
        #expect(found("Active", "Target", "ecs:default_abc_") == [id, other].sorted())
        #expect(found("Active", "InvokedBefore", "2026-01-01T00:00:00Z") == [])
        #expect(found("Active", "InvokedAfter", "2026-01-01T00:00:00Z").count == 2)
        let wrong = region.call(
            SSM.Operations.describeSessions,
            ["State": "Active", "Filters": [["key": "InvokedAfter", "value": "yesterday"]]])
        #expect(wrong.code == "InvalidFilterKey")
    }
}
