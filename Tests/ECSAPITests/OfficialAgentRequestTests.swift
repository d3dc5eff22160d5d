import AWSModels
import AWSWire
import Foundation
import State
import Testing

/// What Amazon's own agent asked of the API, played to ours.
@Suite("Amazon's own agent, over the API") struct OfficialAgentRequestTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "AgentTests/Fixtures")

    /// A region with the cluster of the recordings.
    private let region: TestRegion = {
        let region = TestRegion()
        _ = region.call("CreateCluster", #"{"clusterName":"demo"}"#)
        return region
    }()

    /// A recorded request with the region's account in place of the recording's.
    private func request(_ name: String, replacing changes: [String: String] = [:]) throws -> HTTPRequestMessage {
        let file = Self.folder.appending(path: "\(name).json")
        var text = try String(contentsOf: file, encoding: .utf8).replacingOccurrences(
            of: "111122223333", with: "000000000000")
        for (old, new) in changes { text = text.replacingOccurrences(of: old, with: new) }
        let sample = try JSONValue.parse(text)
        var headers = HTTPHeaders()
        for field in sample["headers"]?.arrayValue ?? [] where field[0] != "Content-Length" {
            headers.add(field[0]?.stringValue ?? "", field[1]?.stringValue ?? "")
        }
        return HTTPRequestMessage(
            method: "POST", rawPath: "/", headers: headers, body: try #require(sample["body"]).encode())
    }

    private func send(_ name: String, replacing changes: [String: String] = [:]) throws -> Answer {
        let response = region.send(try request(name, replacing: changes))
        return Answer(status: response.status, text: String(decoding: response.body, as: UTF8.self))
    }

    /// `name=value` for each attribute; absent and empty values are the same, as they are to the agent.
    private func attributes(_ value: JSONValue?) -> Set<String> {
        Set((value?.arrayValue ?? []).map { "\($0["name"]?.stringValue ?? "")=\($0["value"]?.stringValue ?? "")" })
    }

    @Test("a registration is answered with every attribute it had, and a zone", arguments: ["ec2", "external"])
    func registers(kind: String) throws {
        let name = "api-register-\(kind)"
        let answer = try send(name)
        #expect(answer.status == 200, "\(answer.text)")
        let instance = answer.json["containerInstance"]
        let sent = attributes(try JSONValue.parse(try request(name).body)["attributes"])
        let shown = attributes(instance?["attributes"])
        #expect(sent.subtracting(shown).isEmpty)
        #expect(instance?["attributes"]?.arrayValue?.contains { $0["name"] == "ecs.availability-zone" } == true)
        #expect(instance?["containerInstanceArn"]?.stringValue?.contains(":container-instance/demo/") == true)
        let id = instance?["ec2InstanceId"]?.stringValue ?? ""
        #expect(id.hasPrefix(kind == "ec2" ? "i-" : "mi-"))
    }

    @Test("an agent whose answer was lost is the same instance when it asks again")
    func repeats() throws {
        let first = try send("api-register-ec2").json["containerInstance"]?["containerInstanceArn"]
        let second = try send("api-register-ec2").json["containerInstance"]?["containerInstanceArn"]
        #expect(first == second && first != nil)
        let token = ["\"clientToken\": \"": "\"clientToken\": \"x"]
        #expect(
            try send("api-register-ec2", replacing: token).json["containerInstance"]?["containerInstanceArn"] != first)
    }

    @Test("an agent that comes back keeps its instance; with other resources it must not")
    func returns() throws {
        let arn = try #require(
            try send("api-register-ec2").json["containerInstance"]?["containerInstanceArn"]?.stringValue)
        let old = "arn:aws:ecs:us-east-1:000000000000:container-instance/demo/0123456789abcdef0123456789abcdef"
        let sizes = try ["api-register-ec2", "api-register-again-after-restart"].map { name in
            try JSONValue.parse(try request(name).body)["totalResources"]?[1]?["integerValue"]?.intValue ?? 0
        }
        // The recordings are of two hosts: their memory is not the same.
        let same = [old: arn, "\(sizes[1])": "\(sizes[0])"]
        let again = try send("api-register-again-after-restart", replacing: same)
        #expect(again.json["containerInstance"]?["containerInstanceArn"]?.stringValue == arn, "\(again.text)")
        let other = try send("api-register-again-after-restart", replacing: [old: arn, "\(sizes[1])": "7"])
        #expect(other.status == 400 && other.code == "ClientException")
        #expect(other.message == "Container instance type changes are not supported.")
    }

    @Test("an agent learns where its sessions are")
    func discovers() throws {
        let answer = try send("api-discover-poll-endpoint")
        #expect(answer.json["endpoint"] == "http://127.0.0.1:4566/agent/acs")
        #expect(answer.json["telemetryEndpoint"] == "http://127.0.0.1:4566/agent/tcs")
    }

    @Test("a cluster that is not there is named as the agent expects it")
    func noCluster() throws {
        let answer = try send("api-register-ec2", replacing: ["\"cluster\": \"demo\"": "\"cluster\": \"other\""])
        #expect(answer.code == "ClusterNotFoundException")
        #expect(answer.message == "Cluster not found.")
    }

    // MARK: Reports

    /// A task as it was when the agent reported.
    private func addTask(_ digit: Character, _ containers: [String], _ status: TaskStatus = .pending) -> Key<TaskRecord>
    {
        var task = TaskRecord()
        task.cluster = "demo"
        task.id = String(repeating: digit, count: 32)
        task.lastStatus = status
        task.startedAt = status == .running ? TestRegion.start : nil
        task.containers = containers.map { name in
            var container = ContainerState()
            container.name = name
            return container
        }
        let added = task
        region.change { $0.put(added) }
        return task.key
    }

    private func report(_ name: String, about key: Key<TaskRecord>) throws -> TaskRecord {
        let answer = try send(name)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(answer.json["acknowledgment"] == "ok")
        return try #require(region.snapshot.get(key))
    }

    @Test("a container named twice has run and ended; the other has its ports")
    func running() throws {
        let task = try report("api-task-running-with-bindings", about: addTask("2", ["main", "init"]))
        #expect(task.lastStatus == .running)
        #expect(task.containers.map(\.lastStatus) == ["RUNNING", "STOPPED"])
        #expect(task.containers.map(\.exitCode) == [nil, 0])
        #expect(task.containers[0].networkBindings.first?.hostPort == 32_768)
    }

    @Test("a container's end that rides on a repeated RUNNING ends the container and not the task")
    func event() throws {
        let task = try report("api-container-event-while-running", about: addTask("6", ["app", "other"], .running))
        #expect(task.lastStatus == .running && task.desiredStatus == .running)
        #expect(task.containers[0].lastStatus == "STOPPED" && task.containers[0].exitCode == 3)
        #expect(task.containers[1].lastStatus == "PENDING")
    }

    @Test("a helper that could not start is noted, and the task runs")
    func managedAgent() throws {
        let task = try report("api-managed-agent-stopped", about: addTask("5", ["app"]))
        #expect(task.lastStatus == .running)
        #expect(task.containers[0].managedAgents.first?.lastStatus == "STOPPED")
        #expect(task.containers[0].managedAgents.first?.reason?.contains("Initialization failed") == true)
    }

    @Test(
        "why a task ended follows from what the agent said of its containers",
        arguments: [
            (
                "api-task-stopped-oom", "7", ["app"], TaskStatus.running, "EssentialContainerExited",
                "Essential container in task exited"
            ),
            (
                "api-task-stopped-cannot-pull", "8", ["app"], .pending, "TaskFailedToStart",
                "CannotPullImageManifestError: Error response from daemon: Get"
            ),
            (
                "api-task-stopped-dependency-failed", "1", ["main", "init"], .pending, "TaskFailedToStart",
                "CannotStartContainerError: dependency graph"
            ),
            ("api-task-invalid-payload", "3", ["app"], .pending, "TaskFailedToStart", "UnrecogniedTaskError: "),
            ("api-task-stopped-by-verification", "2", ["main"], .running, "EssentialContainerExited", "Essential"),
        ] as [(String, Character, [String], TaskStatus, String, String)])
    func stopped(
        name: String, digit: Character, containers: [String], status: TaskStatus, code: String, reason: String
    ) throws {
        let task = try report(name, about: addTask(digit, containers, status))
        #expect(task.lastStatus == .stopped && task.desiredStatus == .stopped)
        #expect(task.stopCode?.rawValue == code)
        #expect(task.stoppedReason?.hasPrefix(reason) == true, "\(task.stoppedReason ?? "")")
        #expect(task.executionStoppedAt != nil || name == "api-task-invalid-payload")
    }

    @Test("a report about a task that is gone is taken, so that the agent forgets it")
    func gone() throws {
        #expect(try send("api-task-stopped-oom").json["acknowledgment"] == "ok")
    }

    // MARK: On behalf of tasks

    @Test("tags are listed")
    func tags() throws {
        let arn = try #require(
            try send("api-register-ec2").json["containerInstance"]?["containerInstanceArn"]?.stringValue)
        let old = "arn:aws:ecs:us-east-1:000000000000:container-instance/demo/0123456789abcdef0123456789abcdef"
        let answer = try send("api-list-tags-for-resource", replacing: [old: arn])
        #expect(answer.status == 200)
        #expect(answer.json["tags"]?.arrayValue != nil)
    }

    @Test("a service's task can protect itself, another one cannot")
    func protection() throws {
        let key = addTask("2", ["main"], .running)
        let refused = try send("api-update-task-protection")
        #expect(refused.json["failures"]?[0]?["reason"] == "TASK_NOT_VALID")
        region.change { tx in
            var service = ServiceRecord()
            service.cluster = "demo"
            service.name = "web"
            tx.put(service)
            tx.update(key) { $0.service = "web" }
        }
        let changed = try send("api-update-task-protection")
        #expect(changed.json["protectedTasks"]?[0]?["protectionEnabled"] == true, "\(changed.text)")
        let read = try send("api-get-task-protection")
        #expect(read.json["protectedTasks"]?[0]?["expirationDate"]?.doubleValue == 1_767_229_200)
    }

    @Test(
        "what the agent looks up for a task is answered, or refused so that it gives up at once",
        arguments: [
            "api-ssm-get-parameters", "api-secretsmanager-get-secret-value", "api-ecr-get-authorization-token",
        ])
    func others(name: String) throws {
        let answer = try send(name)
        let isRefused = (400..<500).contains(answer.status) && answer.code?.isEmpty == false
        #expect(answer.status == 200 || isRefused, "\(answer.text)")
    }
}
