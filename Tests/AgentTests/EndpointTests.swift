import AWSModels
import AWSWire
import NodeLink
import Testing

@testable import Agent

/// What containers are told, beside what the official agent told its own.
@Suite("Endpoints of tasks")
struct EndpointTests {
    private static let arn = "arn:aws:ecs:us-east-1:111122223333:task/demo/22222222222222222222222222222222"
    private static let mainID = "64f9fb1ed6468425faf7374a3436a60a00350f94f406aeab901e34a886b10e67"
    private static let initID = "248882bd03b5593ca2661d010038e0fda9631fcad72278e4177ea419e8160049"

    /// The task of the fixtures after its payload: `init` has ended, `main` runs and is healthy.
    private func machine() throws -> TaskMachine {
        let frame = try #require(try Fixture.load("backend-PayloadMessage")["frame"])
        guard case .payload(let payload) = try ACSMessage(frame: frame.encode()), let task = payload.tasks?.first else {
            throw Files.Missing(path: "backend-PayloadMessage")
        }
        var random = SeededRandom(seed: 1)
        var machine = TaskMachine(task, .sample, random: &random)
        for index in machine.containers.indices {
            let isMain = machine.containers[index].name == "main"
            machine.containers[index].id = isMain ? Self.mainID : Self.initID
            machine.containers[index].phase = isMain ? .running : .stopped
            if isMain {
                machine.containers[index].health = .healthy
                machine.containers[index].healthSince = Timestamp(iso8601: "2026-11-23T04:46:47.265Z")
            } else {
                machine.containers[index].exitCode = 0
            }
        }
        return machine
    }

    /// The engine's answer to `inspect` from which the official agent made the fixtures.
    private func sight(_ shown: JSONValue) -> ContainerSight {
        var ports = JSONValue.object([])
        for port in shown["Ports"]?.arrayValue ?? [] {
            let key = "\(port["ContainerPort"]?.intValue ?? 0)/\(port["Protocol"]?.stringValue ?? "")"
            let binding: JSONValue = [
                "HostIp": port["HostIp"] ?? "", "HostPort": .string("\(port["HostPort"]?.intValue ?? 0)"),
            ]
            ports[key] = .array((ports[key]?.arrayValue ?? []) + [binding])
        }
        let mounts = (shown["Volumes"]?.arrayValue ?? []).map { volume -> JSONValue in
            [
                "Name": volume["DockerName"] ?? "", "Source": volume["Source"] ?? "",
                "Destination": volume["Destination"] ?? "",
            ]
        }
        return ContainerSight([
            "Image": shown["ImageID"] ?? "", "Created": shown["CreatedAt"] ?? "",
            "State": [
                "StartedAt": shown["StartedAt"] ?? "", "FinishedAt": shown["FinishedAt"] ?? "0001-01-01T00:00:00Z",
            ],
            "Config": ["Labels": shown["Labels"] ?? .null],
            "NetworkSettings": [
                "Ports": ports,
                "Networks": ["bridge": ["IPAddress": shown["Networks"]?[0]?["IPv4Addresses"]?[0] ?? ""]],
            ],
            "Mounts": .array(mounts),
        ])
    }

    private func metadata(_ version: Int) throws -> TaskMetadata {
        let shown = try Fixture.load("endpoint-v4-task")["Containers"]?.arrayValue ?? []
        var sights: [String: ContainerSight] = [:]
        for container in shown { sights[container["DockerId"]?.stringValue ?? ""] = sight(container) }
        return TaskMetadata(
            machine: try machine(), sights: sights, cluster: "demo", availabilityZone: "us-east-1a", version: version)
    }

    /// Without what each agent makes up itself, and what only EC2 knows; containers in the order of their names, times
    /// to the millisecond.
    private func comparable(_ value: JSONValue) -> JSONValue {
        var value = value
        for name in ["DockerName", "VPCID", "AvailabilityZoneID"] { value[name] = nil }
        if let since = value["Health"]?["statusSince"]?.stringValue {
            value["Health"] = [
                "status": value["Health"]?["status"] ?? "", "statusSince": .string(String(since.prefix(23))),
            ]
        }
        if let containers = value["Containers"]?.arrayValue {
            value["Containers"] = .array(
                containers.map(comparable).sorted { ($0["Name"]?.stringValue ?? "") < ($1["Name"]?.stringValue ?? "") })
        }
        return value.sorted
    }

    @Test("a task is shown as the official agent shows it", arguments: [3, 4])
    func task(version: Int) throws {
        let own = try metadata(version).task()
        #expect(comparable(own) == comparable(try Fixture.load("endpoint-v\(version)-task")))
        let names = { (value: JSONValue) in
            (value.members ?? []).map(\.name).filter { !["VPCID", "AvailabilityZoneID"].contains($0) }
        }
        #expect(names(own) == names(try Fixture.load("endpoint-v\(version)-task")), "in the same order")
    }

    @Test("a container is shown as the official agent shows it", arguments: [3, 4])
    func container(version: Int) throws {
        let metadata = try metadata(version)
        let main = try #require(metadata.machine.container("main"))
        let own = metadata.container(main)
        let official = try Fixture.load("endpoint-v\(version)-container")
        #expect(comparable(own) == comparable(official))
        #expect((own.members ?? []).map(\.name) == (official.members ?? []).map(\.name), "in the same order")
        #expect(own["DockerName"]?.stringValue == main.engineName)
    }

    @Test("a task with an interface of its own is shown with it", arguments: [2, 3, 4])
    func interface(version: Int) throws {
        var random = SeededRandom(seed: 1)
        var machine = TaskMachine(.connected(), .sample, random: &random)
        for index in machine.containers.indices { machine.containers[index].id = "c\(index)" }
        let shown = TaskMetadata(
            machine: machine, sights: [:], cluster: "demo", availabilityZone: "us-east-1a", version: version
        ).task()["Containers"]?.arrayValue
        #expect(shown?.map { $0["Type"] } == ["CNI_PAUSE", "NORMAL"])
        var network: JSONValue = ["NetworkMode": "awsvpc", "IPv4Addresses": ["172.31.16.5"]]
        if version == 4 {
            network = network.merging([
                "AttachmentIndex": 0, "MACAddress": "0e:9e:32:c7:48:85", "IPv4SubnetCIDRBlock": "172.31.16.0/20",
                "DomainNameServers": ["10.0.0.2"], "DomainNameSearchList": ["ec2.internal"],
                "PrivateDNSName": "ip-172-31-16-5.ec2.internal", "SubnetGatewayIpv4Address": "172.31.16.1/20",
            ])
        }
        #expect(shown?.map { $0["Networks"] } == [[network], [network]])
        var agent = AgentMachine(cluster: "demo", settings: .sample, random: random)
        agent.tasks[machine.arn] = machine
        #expect(agent.task(at: "172.31.16.5")?.arn == machine.arn)
        #expect(agent.task(at: "172.31.16.6") == nil)
        #expect(agent.task(at: "") == nil)
    }

    @Test("tags are shown when they are asked for, and why they could not be had")
    func tags() throws {
        let tags = TaskMetadata.Tags(task: ["who": "stub"], instance: ["who": "stub"])
        let own = try metadata(4).task(tags)
        #expect(comparable(own) == comparable(try Fixture.load("endpoint-v4-task-with-tags")))
        let error = EndpointErrors.tags("TaskTags", "arn", WireError.accessDenied("no"))
        let without = try metadata(4).task(TaskMetadata.Tags(errors: [error]))
        #expect(without["TaskTags"] == nil)
        #expect(without["Errors"]?[0]?["ErrorCode"] == "AccessDeniedException")
        #expect(without["Errors"]?[0]?["StatusCode"] == 400)
    }

    @Test("statistics hold the sample before, and the network's rates")
    func statistics() throws {
        let official = try Fixture.load("endpoint-v4-stats")
        var latest = official
        latest["network_rate_stats"] = nil
        latest["precpu_stats"] = .object([])
        var earlier = latest
        earlier["cpu_stats"] = official["precpu_stats"]
        earlier["read"] = official["preread"]
        let own = ContainerStatistics.merge(latest, after: earlier)
        #expect(own.sorted == official.sorted)
        earlier["networks"] = ["eth0": ["rx_bytes": 446, "tx_bytes": 0]]
        let rate = ContainerStatistics.merge(latest, after: earlier)["network_rate_stats"]?["rx_bytes_per_sec"]?
            .doubleValue
        #expect(abs((rate ?? 0) - 500 / 1.004) < 1)
    }

    @Test("the statistics of a task are those of its containers, empty for one that ended")
    func statisticsOfTask() throws {
        let official = try Fixture.load("endpoint-v4-task-stats")
        let container = try #require(official.members?.map(\.value).first { $0["read"] != nil })
        var latest = container
        latest["network_rate_stats"] = nil
        var earlier = latest
        earlier["cpu_stats"] = container["precpu_stats"]
        earlier["read"] = container["preread"]
        let ids = (official.members ?? []).map(\.name)
        let own = ContainerStatistics.ofTask(
            ids.map {
                ($0, official[$0]?["read"] == nil ? Optional.none : ContainerStatistics.merge(latest, after: earlier))
            })
        #expect(own.sorted == official.sorted)
    }

    @Test("associations are named, and null when there are none")
    func associations() throws {
        var task = try machine().task
        #expect(
            TaskMetadata.associations("elastic-inference", of: "main", in: task)
                == (try Fixture.load("endpoint-v4-associations")))
        task.associations = [
            ACS.Association(
                name: "g1", type: "gpu", content: ACS.AssociationContent(value: "aGk=", encoding: "base64"),
                containers: ["main"])
        ]
        #expect(TaskMetadata.associations("gpu", of: "main", in: task) == ["Associations": ["g1"]])
        #expect(TaskMetadata.association("gpu", "g1", of: "main", in: task) == Array("hi".utf8))
        #expect(TaskMetadata.association("gpu", "g1", of: "init", in: task) == nil)
    }

    // MARK: Paths

    @Test(
        "paths mean what they mean with the official agent",
        arguments: [
            ("/v2/credentials/cid", EndpointRoute.credentials(id: "cid", version: 2)),
            ("/v2/credentials", .credentials(id: nil, version: 2)),
            ("/v1/credentials?id=a%2Fb", .credentials(id: "a/b", version: 1)),
            ("/v1/credentials", .credentials(id: nil, version: 1)),
            ("/v4/x", .metadata(version: 4, id: "x", .container)),
            ("/v3/x/", .metadata(version: 3, id: "x", .container)),
            ("/v4/x/task", .metadata(version: 4, id: "x", .task)),
            ("/v4/x/taskWithTags", .metadata(version: 4, id: "x", .taskWithTags)),
            ("/v4/x/stats", .metadata(version: 4, id: "x", .containerStatistics)),
            ("/v3/x/task/stats", .metadata(version: 3, id: "x", .taskStatistics)),
            ("/v4/x/associations/gpu", .metadata(version: 4, id: "x", .associations(type: "gpu"))),
            ("/v4/x/associations/gpu/g", .metadata(version: 4, id: "x", .association(type: "gpu", name: "g"))),
            ("/v2/metadata", .byAddress(.task)), ("/v2/metadata/abc", .byAddress(.container(id: "abc"))),
            ("/v2/metadataWithTags", .byAddress(.taskWithTags)), ("/v2/metadataWithTags/abc", .unknown),
            ("/v2/stats", .byAddress(.taskStatistics)), ("/v2/stats/abc", .byAddress(.containerStatistics(id: "abc"))),
            ("/v2", .unknown), ("/v2/stats/a/b", .unknown),
            ("/api/x/task-protection/v1/state", .protection(id: "x")),
            ("/", .unknown), ("/v4", .unknown), ("/v4/x/y", .unknown), ("/v5/x", .unknown), ("/v2/other", .unknown),
            ("/api/x/fault/v1/network-latency/start", .unknown), ("//", .unknown),
        ])
    func paths(text: String, means: EndpointRoute) {
        let parts = text.split(separator: "?", maxSplits: 1).map(String.init)
        #expect(EndpointRoute(path: parts.first ?? "", query: parts.count > 1 ? parts[1] : "") == means)
    }

    @Test("an unknown id is refused in the official agent's words")
    func unknown() throws {
        let answer = EndpointErrors.unknown(4, "nope", .task)
        #expect(answer.status == 404 && answer.isForeign)
        #expect(try JSONValue.parse(answer.body) == (try Fixture.load("endpoint-v4-unknown")))
        #expect(EndpointErrors.unknown(3, "nope", .task).status == 400)
        let stranger = EndpointErrors.unknownAddress("127.0.0.1")
        #expect(stranger.status == 400 && stranger.isForeign)
        #expect(try JSONValue.parse(stranger.body) == (try Fixture.load("endpoint-v2-no-task")))
    }

    // MARK: Credentials

    private let entry = CredentialsBook.Entry(
        task: EndpointTests.arn,
        credentials: ACS.IAMRoleCredentials(
            credentialsId: "cid-task-2", roleArn: "arn:aws:iam::111122223333:role/demo-task", accessKeyId: "ASIASTUB",
            secretAccessKey: "stub", sessionToken: "stub-token", expiration: "2026-11-23T05:46:35Z"),
        isForExecution: false)

    @Test("credentials are shown as the official agent shows them", arguments: [1, 2])
    func credentials(version: Int) throws {
        let answer = CredentialsEndpoint.answer("cid-task-2", version: version, entry, isAwaited: false)
        #expect(answer.status == 200)
        #expect(try JSONValue.parse(answer.body) == (try Fixture.load("endpoint-credentials-v\(version)")))
    }

    @Test("what is no id, an unknown one, and one whose credentials have not come, are told apart")
    func noCredentials() throws {
        let unknown = CredentialsEndpoint.answer("x", version: 2, nil, isAwaited: false)
        #expect(unknown.status == 400 && unknown.isForeign)
        #expect(try JSONValue.parse(unknown.body) == (try Fixture.load("endpoint-credentials-unknown")))
        let none = CredentialsEndpoint.answer(nil, version: 1, nil, isAwaited: false)
        #expect(try JSONValue.parse(none.body)["code"] == "NoIdInRequest")
        let early = CredentialsEndpoint.answer("x", version: 2, nil, isAwaited: true)
        #expect(early.status == 503 && !early.isForeign)
    }

    @Test("a line of the audit log is one line and names no id")
    func audit() {
        let line = AuditLog.line(
            at: start, status: 200, caller: "172.17.0.2:999", version: 2, userAgent: "evil\n\"agent\"", task: Self.arn,
            event: "GetCredentials", cluster: "demo", instance: "arn:i")
        #expect(
            line == "\(start.iso8601.prefix(19))Z 200 172.17.0.2:999 \"/v2/credentials\" \"evil\\u{a}\\\"agent\\\"\" "
                + "\(Self.arn) GetCredentials 1 demo arn:i\n")
    }

    @Test("a caller has sixty requests at once and forty a second")
    func rate() {
        var limit = RateLimit()
        let admitted = (0..<100).count { _ in limit.admit("a", at: start) }
        #expect(admitted == 60)
        let isOther = limit.admit("b", at: start)
        #expect(isOther, "each caller has its own")
        let later = start.advanced(by: .milliseconds(500))
        let refilled = (0..<100).count { _ in limit.admit("a", at: later) }
        #expect(refilled == 20)
    }

    // MARK: Protection

    @Test("protection is shown as the official agent shows it")
    func protection() throws {
        let task = ECS.ProtectedTask(taskArn: Self.arn, protectionEnabled: false)
        let answer = TaskProtectionEndpoint.answer([task], [])
        #expect(try JSONValue.parse(answer.body) == (try Fixture.load("endpoint-task-protection")))
        let failure = ECS.Failure(arn: Self.arn, reason: "TASK_NOT_VALID", detail: "why")
        let refused = try JSONValue.parse(TaskProtectionEndpoint.answer([], [failure]).body)
        #expect(refused["failure"] == ["Arn": .string(Self.arn), "Detail": "why", "Reason": "TASK_NOT_VALID"])
    }

    @Test(
        "a change of protection needs to say what it wants",
        arguments: [
            (#"{"ProtectionEnabled":true,"ExpiresInMinutes":60}"#, true, 60),
            (#"{"ProtectionEnabled":false}"#, false, nil),
            (#"{"ProtectionEnabled":true,"ExpiresInMinutes":null}"#, true, nil),
        ] as [(String, Bool, Int?)])
    func wants(body: String, isProtected: Bool, minutes: Int?) throws {
        let request = try TaskProtectionEndpoint.request("PUT", Array(body.utf8))
        #expect(request == .set(isProtected: isProtected, minutes: minutes))
    }

    @Test(
        "a change of protection that makes no sense is refused",
        arguments: [
            "", "{}", "[]", #"{"ProtectionEnabled":"yes"}"#, #"{"ProtectionEnabled":true,"Other":1}"#,
            #"{"ProtectionEnabled":true,"ExpiresInMinutes":"1"}"#,
        ])
    func nonsense(body: String) {
        #expect(throws: TaskProtectionEndpoint.Refusal.self) {
            try TaskProtectionEndpoint.request("PUT", Array(body.utf8))
        }
    }

    // MARK: Introspection

    private func introspection() throws -> Introspection {
        let instance = try #require(try Fixture.load("introspection-metadata")["ContainerInstanceArn"]?.stringValue)
        return Introspection(cluster: "demo", containerInstanceARN: instance, tasks: [try machine()])
    }

    @Test("the agent tells of itself as the official one does")
    func introspects() throws {
        let root = try JSONValue.parse(try introspection().answer("/", query: "", [:]).body)
        #expect(root == (try Fixture.load("introspection-root")))
        let own = try JSONValue.parse(try introspection().answer("/v1/metadata", query: "", [:]).body)
        let official = try Fixture.load("introspection-metadata")
        #expect(own["ContainerInstanceArn"] == official["ContainerInstanceArn"])
        #expect(own["Version"]?.stringValue?.hasPrefix("Amazon ECS Agent - v1.105.1 (") == true)
    }

    @Test(
        "tasks are found by their ARN, and by the beginning of a container's id",
        arguments: [
            ("", "introspection-tasks"), ("taskarn=\(EndpointTests.arn)", "introspection-task-by-arn"),
            ("dockerid=248882bd03b5", "introspection-task-by-container"),
        ])
    func finds(query: String, fixture: String) throws {
        var sights: [String: ContainerSight] = [:]
        for container in try Fixture.load("endpoint-v4-task")["Containers"]?.arrayValue ?? [] {
            sights[container["DockerId"]?.stringValue ?? ""] = sight(container)
        }
        let answer = try JSONValue.parse(try introspection().answer("/v1/tasks", query: query, sights).body)
        let official = try Fixture.load(fixture)
        let own = query.isEmpty ? answer["Tasks"]?[0] : answer
        let theirs = query.isEmpty ? official["Tasks"]?[0] : official
        #expect(comparable(own ?? .null) == comparable(theirs ?? .null))
    }

    @Test("what is not there is not found", arguments: ["taskarn=x", "dockerid=zzz", "dockerid="])
    func missing(query: String) throws {
        #expect(try introspection().answer("/v1/tasks", query: query, [:]).status == 404)
    }
}
