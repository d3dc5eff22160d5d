import APIPipeline
import AWSModels
import AWSWire
import NodeLink
import State
import Testing

@testable import Control

/// Credentials of tasks and agents: who gets them, what they open, and when they end.
@Suite("Credentials of roles") struct RoleSessionTests {
    private static let root = Credential(accessKeyID: "AKIAROOT", secretAccessKey: "secret")
    private let instance = ContainerInstanceRecord.key("default", "instance0")

    /// A world with a running task whose definition names both roles.
    private func world() -> ControlWorld {
        var world = ControlWorld()
        world.transaction.update(TaskDefinitionRecord.key("web", 1)) { record in
            record.definition.taskRoleArn = "arn:aws:iam::000000000000:role/apps/reader"
            record.definition.executionRoleArn = "puller"
        }
        return world
    }

    private func session() -> AgentSession {
        AgentSession(instance, random: SeededRandom(seed: 1), at: ControlWorld.start)
    }

    private func messages(_ actions: [AgentSession.Action]) -> [ACSMessage] {
        actions.compactMap { if case .send(let message) = $0 { message } else { nil } }
    }

    private func tasks(_ actions: [AgentSession.Action]) -> [ACS.Task] {
        messages(actions).flatMap { if case .payload(let payload) = $0 { payload.tasks ?? [] } else { [ACS.Task]() } }
    }

    private func renewals(_ actions: [AgentSession.Action]) -> [ACS.IAMRoleCredentialsMessage] {
        messages(actions).compactMap { if case .credentials(let message) = $0 { message } else { nil } }
    }

    private func credential(_ given: ACS.IAMRoleCredentials?) throws -> Credential {
        let given = try #require(given)
        return Credential(
            accessKeyID: try #require(given.accessKeyId), secretAccessKey: try #require(given.secretAccessKey),
            sessionToken: given.sessionToken)
    }

    private func caller(
        _ credential: Credential, _ world: ControlWorld, at time: Timestamp = ControlWorld.start
    ) throws -> Caller {
        let snapshot = world.snapshot
        let request = HTTPRequestMessage(
            method: "POST", rawPath: "/", headers: ["Host": "localhost", "X-Amz-Target": "x"], body: Array("{}".utf8))
        let signed = SigV4.Signer(credential, region: "us-east-1", service: "ecs").sign(request, at: time)
        return try RegionAuthentication(Self.root, snapshot.vault) { snapshot }.authenticate(signed, ECS.api, at: time)
    }

    @Test("an order brings credentials for both roles, which the region takes as the task's")
    func issues() throws {
        var world = world()
        world.addTask("a")
        var session = session()
        let task = try #require(tasks(session.handle(.opened, world.snapshot, at: world.now)).first)
        #expect(task.roleCredentials?.roleArn == "arn:aws:iam::000000000000:role/apps/reader")
        #expect(task.executionRoleCredentials?.roleArn == "arn:aws:iam::000000000000:role/puller")
        #expect(task.roleCredentials?.credentialsId != task.executionRoleCredentials?.credentialsId)
        #expect(task.roleCredentials?.expiration == "2026-01-01T06:00:00Z")
        let caller = try caller(try credential(task.roleCredentials), world)
        #expect(caller.arn == "arn:aws:sts::000000000000:assumed-role/reader/a")
        #expect(caller.userID.hasPrefix("AROA") && caller.userID.hasSuffix(":a"))
        #expect(caller.account == "000000000000")
    }

    @Test("a task without roles gets none")
    func withoutRoles() throws {
        var world = ControlWorld()
        world.addTask("a")
        var session = session()
        let task = try #require(tasks(session.handle(.opened, world.snapshot, at: world.now)).first)
        #expect(task.roleCredentials == nil && task.executionRoleCredentials == nil)
    }

    @Test("a session brings tasks that run new credentials under the ids they know, and again before they end")
    func renews() throws {
        var world = world()
        world.addTask("a")
        var first = session()
        let before = try #require(tasks(first.handle(.opened, world.snapshot, at: world.now)).first).roleCredentials
        world.transaction.update(TaskRecord.key("default", "a")) { $0.lastStatus = .running }
        var second = session()
        let opened = renewals(second.handle(.opened, world.snapshot, at: world.now))
        #expect(opened.map(\.roleType) == ["TaskApplication", "TaskExecution"])
        #expect(opened[0].roleCredentials?.credentialsId == before?.credentialsId)
        #expect(opened[0].taskArn == world.snapshot.realm.ecs("task/default/a"))
        let early = second.handle(.ticked, world.snapshot, at: world.now.advanced(by: .seconds(3 * 3_600 - 1)))
        #expect(renewals(early).isEmpty)
        _ = second.handle(
            .received(.heartbeatAck(.init())), world.snapshot, at: world.now.advanced(by: .seconds(10_790)))
        let due = renewals(second.handle(.ticked, world.snapshot, at: world.now.advanced(by: .seconds(3 * 3_600))))
        #expect(due.count == 2)
        #expect(due[0].roleCredentials?.accessKeyId != opened[0].roleCredentials?.accessKeyId)
        world.transaction.update(TaskRecord.key("default", "a")) { $0.lastStatus = .stopped }
        _ = second.handle(
            .received(.heartbeatAck(.init())), world.snapshot, at: world.now.advanced(by: .seconds(21_590)))
        let over = second.handle(.ticked, world.snapshot, at: world.now.advanced(by: .seconds(6 * 3_600)))
        #expect(renewals(over).isEmpty)
    }

    @Test("credentials end with their time, and with their task")
    func ends() throws {
        var world = world()
        world.addTask("a")
        var session = session()
        let given = tasks(session.handle(.opened, world.snapshot, at: world.now)).first?.roleCredentials
        let credential = try credential(given)
        let late = world.now.advanced(by: TaskCredentialsIssuer.lifetime)
        #expect(throws: WireError.expiredToken) { try caller(credential, world, at: late) }
        world.transaction.update(TaskRecord.key("default", "a")) { $0.lastStatus = .stopped }
        #expect(throws: WireError.expiredToken) { try caller(credential, world) }
        world.transaction.delete(TaskRecord.key("default", "a"))
        #expect(throws: WireError.expiredToken) { try caller(credential, world) }
    }

    @Test("credentials that were changed, or put together from two sets, are refused")
    func forged() throws {
        var world = world()
        world.addTask("a")
        var session = session()
        let task = try #require(tasks(session.handle(.opened, world.snapshot, at: world.now)).first)
        let (own, other) = (try credential(task.roleCredentials), try credential(task.executionRoleCredentials))
        let changes: [(inout Credential) -> Void] = [
            { $0.sessionToken = other.sessionToken }, { $0.accessKeyID = other.accessKeyID },
            { $0.secretAccessKey = other.secretAccessKey }, { $0.sessionToken = nil }, { $0.sessionToken = "AAAA" },
            { $0.accessKeyID = Self.root.accessKeyID },
        ]
        for change in changes {
            var forged = own
            change(&forged)
            #expect(throws: WireError.self) { try caller(forged, world) }
        }
    }

    @Test("a task may protect itself and nothing else; agents may do what agents do in their cluster")
    func access() throws {
        var world = world()
        world.addTask("a")
        let (realm, snapshot) = (world.snapshot.realm, world.snapshot)
        func isAllowed(_ holder: RoleSession.Holder?, _ action: String, _ resource: String) -> Bool {
            let end = world.now.advanced(by: .seconds(60))
            let session = holder.map {
                RoleSession(role: "arn:aws:iam::0:role/r", name: "a", holder: $0, expiresAt: end)
            }
            let caller = session?.caller(realm) ?? .root(realm)
            return (try? BuiltInAccess().decide(AccessRequest(action, resource), caller, snapshot)) != nil
        }
        let task = RoleSession.Holder.task(TaskRecord.key("default", "a"))
        let agents = RoleSession.Holder.agents(cluster: "default")
        let arn = realm.ecs("task/default/a")
        let rows: [(RoleSession.Holder?, String, String, Bool)] = [
            (nil, "ecs:DeleteCluster", "*", true),
            (task, "ecs:UpdateTaskProtection", arn, true),
            (task, "ecs:UpdateTaskProtection", realm.ecs("task/default/b"), false),
            (task, "ecs:UpdateTaskProtection", realm.ecs("task/default/*"), false),
            (task, "ecs:StopTask", arn, false), (task, "ecs:Poll", "*", false),
            (task, "roost:ServeLoadBalancers", "*", false),
            (agents, "ecs:RegisterContainerInstance", realm.ecs("cluster/default"), true),
            (agents, "ecs:RegisterContainerInstance", realm.ecs("cluster/other"), false),
            (agents, "ecs:Poll", realm.ecs("container-instance/default/i"), true),
            (agents, "ecs:Poll", realm.ecs("container-instance/default2/i"), false),
            (agents, "ecs:SubmitTaskStateChange", "*", true), (agents, "ecs:RunTask", "*", false),
            (agents, "ecs:GetTaskProtection", arn, false),
        ]
        for (holder, action, resource, expected) in rows {
            #expect(isAllowed(holder, action, resource) == expected, "\(action) \(resource)")
        }
    }

    @Test("an execution role reads the files that its task names, and the secrets of its file servers, and no other")
    func files() throws {
        var world = world()
        world.addTask("a")
        let secret = "arn:aws:secretsmanager:us-east-1:000000000000:secret:share-AbCdEf"
        world.transaction.update(TaskDefinitionRecord.key("web", 1)) { record in
            record.definition.containerDefinitions?[0].environmentFiles = [
                ECS.EnvironmentFile(value: "arn:aws:s3:::bucket/web.env", type: .s3)
            ]
            var volume = ECS.Volume()
            volume.fsxWindowsFileServerVolumeConfiguration = ECS.FSxWindowsFileServerVolumeConfiguration(
                fileSystemId: "fs-1", rootDirectory: "share",
                authorizationConfig: ECS.FSxWindowsFileServerAuthorizationConfig(
                    credentialsParameter: secret, domain: "d"))
            record.definition.volumes = [volume]
        }
        let task = try #require(world.snapshot.get(TaskRecord.key("default", "a")))
        func may(_ action: String, _ resource: String, as role: String = "arn:aws:iam::0:role/puller") -> Bool {
            task.mayLookUp(AccessRequest(action, resource), as: role, world.snapshot)
        }
        #expect(may("s3:GetObject", "arn:aws:s3:::bucket/web.env"))
        #expect(may("secretsmanager:GetSecretValue", secret))
        #expect(!may("s3:GetObject", "arn:aws:s3:::bucket/other.env"))
        #expect(!may("s3:PutObject", "arn:aws:s3:::bucket/web.env"))
        #expect(!may("s3:GetObject", "arn:aws:s3:::bucket/web.env", as: "arn:aws:iam::0:role/apps/reader"))
    }
}
