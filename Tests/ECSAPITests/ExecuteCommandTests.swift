import AWSModels
import AWSWire
import State
import Testing

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
}
