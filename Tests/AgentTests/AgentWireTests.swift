import AWSModels
import AWSWire
import NodeLink
import NodeNet
import Testing

@testable import Agent

/// Our agent's requests and frames beside the official one's, member by member.
@Suite("The agent's wire")
struct AgentWireTests {
    private static func task(_ digit: Character) -> String {
        "arn:aws:ecs:us-east-1:111122223333:task/demo/\(String(repeating: digit, count: 32))"
    }

    private func body(_ name: String) throws -> JSONValue { try #require(try Fixture.load(name)["body"]) }

    private func query(_ name: String) throws -> [(name: String, value: String)] {
        let request = try #require(try Fixture.load(name)["request"]?.stringValue)
        return QueryForm(query: String(request.split(separator: "?")[1])).parameters
    }

    /// `name=value`, with what is different in every agent left out.
    private func lines(_ parameters: [(name: String, value: String)]) -> [String] {
        parameters.map { $0.name == "agentHash" ? $0.name : "\($0.name)=\($0.value)" }
    }

    @Test(
        "the session for tasks is dialled alike",
        arguments: [("acs-upgrade-first", true), ("acs-upgrade-reconnect", false)])
    func tasks(name: String, isFirst: Bool) throws {
        let instance = try #require(try query(name).first { $0.name == "containerInstanceArn" }?.value)
        let own = SessionQuery.tasks(
            cluster: "demo", instance: instance, engine: "20.10.24+dfsg1", sendCredentials: isFirst)
        #expect(lines(QueryForm(query: own).parameters) == lines(try query(name)))
    }

    @Test("the session for measurements is dialled alike")
    func telemetry() throws {
        let instance = try #require(try query("tcs-upgrade").first { $0.name == "containerInstance" }?.value)
        let own = SessionQuery.telemetry(cluster: "demo", instance: instance, engine: "20.10.24+dfsg1")
        #expect(lines(QueryForm(query: own).parameters) == lines(try query("tcs-upgrade")))
    }

    private func registration(arn: String?) throws -> JSONValue {
        let server = try #require(ServerURL("http://127.0.0.1:1"))
        let configuration = AgentConfiguration(
            server: server, cluster: "demo", region: "us-east-1", availabilityZone: "us-east-1a",
            credential: Credential(accessKeyID: "a", secretAccessKey: "b"), cpuUnits: 2_048, memoryMiB: 512,
            stateDirectory: "/nowhere", engine: .simulated(.init()))
        return try JSONValue.parse(configuration.registration(instanceID: "i-1", arn: arn).encoded())
    }

    @Test("a registration has the official one's members and resources")
    func registers() throws {
        let official = WireForm.of(try body("api-register-ec2")).filter { !$0.hasPrefix("tags") }
        #expect(WireForm.of(try registration(arn: nil)) == official)
        let again = WireForm.of(try body("api-register-again-after-restart")).filter { !$0.hasPrefix("tags") }
        #expect(WireForm.of(try registration(arn: "arn")) == again)
        func resources(_ value: JSONValue) -> [String] {
            (value["totalResources"]?.arrayValue ?? []).map {
                "\($0["name"]?.stringValue ?? "") \($0["type"]?.stringValue ?? "")"
            }
        }
        #expect(resources(try registration(arn: nil)) == resources(try body("api-register-ec2")))
    }

    @Test("what a registration names is known to the official agent, or ours alone")
    func attributes() throws {
        func names(_ value: JSONValue) -> Set<String> {
            Set((value["attributes"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue })
        }
        let official = names(try body("api-register-ec2")).union(names(try body("api-register-external")))
        let own = names(try registration(arn: nil)).filter { !$0.contains("logging-driver") && !official.contains($0) }
        #expect(
            own.sorted() == [
                "ecs.availability-zone",
                // The official agent names it where an SSM agent lies ready for containers; ours is one itself.
                "ecs.capability.execute-command", "ecs.capability.execution-role-awslogs",
                // The official agent names it on Windows; ours mounts such shares on Linux.
                "ecs.capability.fsxWindowsFileServer", "ecs.capability.increased-task-cpu-limit",
                // The official agent names it where it has its pause image; ours makes that.
                "ecs.capability.pid-ipc-namespace-sharing",
                // The official agent names it where it was told to; ours where the host can do it.
                "ecs.capability.task-cpu-mem-limit", "ecs.capability.task-eni", "ecs.instance-type",
            ])
    }

    @Test("an agent without endpoints does not offer roles")
    func withoutEndpoints() throws {
        let server = try #require(ServerURL("http://127.0.0.1:1"))
        let configuration = AgentConfiguration(
            server: server, cluster: "demo", region: "us-east-1", availabilityZone: "us-east-1a",
            credential: Credential(accessKeyID: "a", secretAccessKey: "b"), cpuUnits: 1, memoryMiB: 1,
            stateDirectory: "/nowhere", engine: .simulated(.init()))
        let request = configuration.registration(instanceID: "i-1", arn: nil, servesEndpoints: false)
        #expect(request.attributes?.contains { $0.name.contains("task-iam-role") } == false)
    }

    @Test("an agent that cannot give tasks interfaces does not offer them")
    func withoutInterfaces() throws {
        let server = try #require(ServerURL("http://127.0.0.1:1"))
        let configuration = AgentConfiguration(
            server: server, cluster: "demo", region: "us-east-1", availabilityZone: "us-east-1a",
            credential: Credential(accessKeyID: "a", secretAccessKey: "b"), cpuUnits: 1, memoryMiB: 1,
            stateDirectory: "/nowhere", engine: .simulated(.init()))
        let with = configuration.registration(instanceID: "i-1", arn: nil)
        let without = configuration.registration(instanceID: "i-1", arn: nil, hasInterfaces: false)
        #expect(with.attributes?.contains { $0.name == "ecs.capability.task-eni" } == true)
        #expect(without.attributes?.contains { $0.name == "ecs.capability.task-eni" } == false)
    }

    @Test("drivers of volumes are offered by name, and a name that is none is left out")
    func volumeDrivers() {
        let offered = Capabilities.ofVolumes(["local", "rexray/ebs", "a b", String(repeating: "x", count: 65), ""])
        #expect(offered == ["ecs.capability.docker-plugin.local", "ecs.capability.docker-plugin.rexray/ebs"])
    }

    // MARK: Reports

    private func sent(_ report: TaskReport) throws -> JSONValue {
        try JSONValue.parse(report.request(cluster: "demo").encoded()).sorted
    }

    private func container(
        _ name: String, _ status: TaskReport.Status, id: String?, exitCode: Int? = nil, reason: String? = nil,
        port: Int? = nil
    ) -> ContainerReport {
        let bindings = port.map {
            [NetworkBinding(bindIP: "0.0.0.0", containerPort: 8_080, hostPort: $0, protocol: "tcp")]
        }
        return ContainerReport(
            name: name, status: status, runtimeID: id, exitCode: exitCode, reason: reason, imageDigest: nil,
            bindings: bindings ?? [])
    }

    private static let initID = "248882bd03b5593ca2661d010038e0fda9631fcad72278e4177ea419e8160049"
    private static let mainID = "64f9fb1ed6468425faf7374a3436a60a00350f94f406aeab901e34a886b10e67"

    @Test("a task that runs is reported alike, with a container that ended before it twice")
    func running() throws {
        let report = TaskReport(
            task: Self.task("2"), status: .running,
            containers: [
                container("init", .running, id: Self.initID, exitCode: 0),
                container("init", .stopped, id: Self.initID, exitCode: 0),
                container("main", .running, id: Self.mainID, port: 32_768),
            ])
        #expect(try sent(report) == (try body("api-task-running-with-bindings")).sorted)
    }

    @Test("a task that ended is reported alike")
    func stopped() throws {
        let report = TaskReport(
            task: Self.task("2"), status: .stopped,
            containers: [container("main", .stopped, id: Self.mainID, exitCode: 137, port: 32_768)],
            executionStoppedAt: Timestamp(milliseconds: 1_795_409_271_121))
        #expect(try sent(report) == (try body("api-task-stopped-by-verification")).sorted)
    }

    @Test("a container that ends while its task runs is reported alike")
    func containerEvent() throws {
        let report = TaskReport(
            task: Self.task("6"), status: .running,
            containers: [
                container(
                    "app", .stopped, id: "3def9a069bd0ec26c7af9371d53ec355709c066e231d4d3f561d88cba459b53e", exitCode: 3
                )
            ], executionStoppedAt: Timestamp(milliseconds: 1_795_409_320_998))
        #expect(try sent(report) == (try body("api-container-event-while-running")).sorted)
    }

    @Test("a container that ran out of memory is reported alike")
    func outOfMemory() throws {
        var bench = Bench([.sample()])
        bench.feed(.accepted)
        bench.exit("app", code: 137, isOutOfMemory: true)
        let last = try #require(bench.reports.last)
        let own = WireForm.of(try JSONValue.parse(last.request(cluster: "demo").encoded()))
        let official = try body("api-task-stopped-oom")
        #expect(WireForm.of(official).subtracting(own).isEmpty)
        #expect(last.containers.last?.reason == official["containers"]?[0]?["reason"]?.stringValue)
    }

    @Test("an image that cannot be had is reported alike")
    func cannotPull() throws {
        let text = "Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused"
        let reason = EngineFailure(.refused, text).reason("CannotPullImageManifestError", towards: "pulled")
        let report = TaskReport(
            task: Self.task("8"), status: .stopped, containers: [container("app", .stopped, id: nil, reason: reason)],
            pullStartedAt: Timestamp(milliseconds: 1_795_409_333_633),
            pullStoppedAt: Timestamp(milliseconds: 1_795_409_347_785),
            executionStoppedAt: Timestamp(milliseconds: 1_795_409_347_813))
        #expect(try sent(report) == (try body("api-task-stopped-cannot-pull")).sorted)
    }

    @Test("a task that makes no sense is reported alike, but for an empty list of containers")
    func unrecognised() throws {
        let report = TaskReport(
            task: Self.task("3"), status: .stopped,
            reason: "UnrecogniedTaskError: Error loading task - unrecognized volume type: \"weird\"")
        #expect(try sent(report) == (try body("api-task-invalid-payload")).sorted)
    }
}
