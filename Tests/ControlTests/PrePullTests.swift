import AWSModels
import AWSWire
import NodeLink
import Scheduling
import State
import Testing

@testable import Control

/// Images that are pulled before a deployment's tasks come.
@Suite("Pulls ahead of a deployment") struct PrePullTests {
    /// A service with two tasks on instance0, one on instance1 and one on instance2, whose deployment brings `images`.
    private func world(
        _ images: [String] = ["new:1", "busybox"], private credentials: [String] = []
    ) -> (ControlWorld, ServiceDeploymentRecord) {
        var world = ControlWorld(instances: 4)
        world.addService("web", desired: 4)
        for number in 0..<4 {
            world.transaction.update(ContainerInstanceRecord.key("default", "instance\(number)")) { instance in
                instance.agentHash = AgentRelease.hash
            }
        }
        for (number, instance) in ["instance1", "instance0", "instance0", "instance2"].enumerated() {
            world.addTask("task\(number)", on: instance) { $0.service = "web" }
        }
        var definition = TaskDefinitionRecord()
        (definition.family, definition.revision) = ("web", 2)
        definition.definition.containerDefinitions = (images + credentials).enumerated().map { number, image in
            var container = ECS.ContainerDefinition()
            (container.name, container.image) = ("c\(number)", image)
            if credentials.contains(image) {
                container.repositoryCredentials = ECS.RepositoryCredentials(credentialsParameter: "secret")
            }
            return container
        }
        world.transaction.put(definition)
        for number in 1...2 {
            var revision = ServiceRevisionRecord()
            (revision.cluster, revision.service, revision.id) = ("default", "web", "r\(number)")
            (revision.family, revision.revision) = ("web", number)
            world.transaction.put(revision)
        }
        var deployment = ServiceDeploymentRecord()
        (deployment.cluster, deployment.service, deployment.id) = ("default", "web", "d")
        (deployment.sources, deployment.target) = (["r1"], "r2")
        return (world, deployment)
    }

    private func names(_ plan: PrePull?) -> [String]? { plan?.instances.map { String($0.path.dropFirst(8)) } }

    @Test("instances that run the service pull what is new, those with the most tasks first")
    func likely() {
        let (world, deployment) = world()
        let plan = PrePull(of: deployment, world.snapshot)
        #expect(names(plan) == ["instance0", "instance1", "instance2"] && plan?.images == ["new:1"])
    }

    @Test("nothing is pulled ahead without a new image, for a first deployment, or with a task's own credentials")
    func nothing() {
        var (world, deployment) = world(["busybox"], private: ["private:1"])
        #expect(PrePull(of: deployment, world.snapshot) == nil)
        (world, deployment) = self.world()
        deployment.sources = []
        #expect(PrePull(of: deployment, world.snapshot) == nil)
    }

    @Test("agents that are away, drain, or are not ours are not asked")
    func able() {
        var (world, deployment) = world()
        world.transaction.update(ContainerInstanceRecord.key("default", "instance0")) { $0.agentConnected = false }
        world.transaction.update(ContainerInstanceRecord.key("default", "instance1")) { $0.agentHash = "a8b3e7d3" }
        #expect(names(PrePull(of: deployment, world.snapshot)) == ["instance2"])
        world.transaction.update(ContainerInstanceRecord.key("default", "instance2")) { $0.status = .draining }
        #expect(PrePull(of: deployment, world.snapshot) == nil)
    }

    @Test("however many instances run the service, a registry is asked by few at once")
    func bounded() {
        var (world, deployment) = world()
        for number in 0..<40 {
            var instance = ContainerInstanceRecord()
            (instance.cluster, instance.id, instance.agentConnected) = ("default", "more\(number)", true)
            instance.agentHash = AgentRelease.hash
            world.transaction.put(instance)
            world.addTask("more\(number)", on: "more\(number)") { $0.service = "web" }
        }
        #expect(PrePull(of: deployment, world.snapshot)?.instances.count == PrePull.maximumInstances)
    }

    @Test("the hub tells the sessions of those instances, once")
    func hub() {
        final class Listener: AssignmentListener, @unchecked Sendable {  // Safe because one thread uses it.
            var told: [[String]] = []
            func changed(_ tasks: [Key<TaskRecord>], _ snapshot: Snapshot) {}
            func superseded() {}
            func expected(_ images: [String]) { told.append(images) }
        }
        var (world, deployment) = world()
        let (hub, near, far) = (SessionHub(), Listener(), Listener())
        hub.attach(near, to: ContainerInstanceRecord.key("default", "instance0"))
        hub.attach(far, to: ContainerInstanceRecord.key("default", "instance3"))
        let count = world.transaction.changes.count
        world.transaction.put(deployment)
        world.transaction.update(deployment.key) { $0.status = .inProgress }
        hub.publish(Array(world.transaction.changes[count...]), world.snapshot)
        #expect(near.told == [["new:1"]] && far.told.isEmpty)
    }

    @Test("only an agent of ours hears that this server is ours, and what it tells of pulls is handed on")
    func session() {
        let instance = ContainerInstanceRecord.key("default", "instance0")
        func greetings(_ hash: String) -> Int {
            var world = ControlWorld()
            world.transaction.update(instance) { $0.agentHash = hash }
            var session = AgentSession(instance, random: SeededRandom(seed: 1), at: ControlWorld.start)
            return session.handle(.opened, world.snapshot, at: world.now).count { action in
                if case .send(.hello) = action { true } else { false }
            }
        }
        #expect(greetings(AgentRelease.hash) == 1 && greetings("a8b3e7d3") == 0)
        var session = AgentSession(instance, random: SeededRandom(seed: 1), at: ControlWorld.start)
        let told = ACSMessage.pulls(
            ACS.RoostPullsMessage(pulls: [ACS.RoostPull(image: "new:1", bytes: 3, total: 9)]))
        let actions = session.handle(.received(told), ControlWorld().snapshot, at: ControlWorld.start)
        guard case .notePulls(let pulls)? = actions.first else { return #expect(Bool(false), "\(actions)") }
        #expect(pulls.first?.image == "new:1" && pulls.first?.bytes == 3 && pulls.first?.total == 9)
    }
}
