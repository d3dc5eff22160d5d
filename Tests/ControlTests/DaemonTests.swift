import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// A daemon wants a task on every instance that suits it, and says so in its desired count.
@Suite("A daemon service") struct DaemonTests {
    private let controller = ServiceController()
    private let key = ServiceRecord.key("default", "logs")

    /// The state after the controller has decided until nothing changes; tasks run at once.
    private func settled(_ transaction: inout Transaction) -> ServiceRecord? {
        var context = DecisionContext(now: Timestamp(milliseconds: 3_600_000), random: SeededRandom(seed: 1))
        for _ in 0..<5 {
            transaction.apply(controller.decide(key.path, transaction.snapshot, &context))
            for var task in transaction.snapshot.list(TaskRecord.self) {
                task.advance(to: task.desiredStatus == .running ? .running : .stopped, at: context.now)
                transaction.put(task)
            }
        }
        #expect(controller.decide(key.path, transaction.snapshot, &context).changes.isEmpty)
        return transaction.get(key)
    }

    private func instance(_ id: String, memory: Int = 1_024, role: String = "web") -> ContainerInstanceRecord {
        var instance = ContainerInstanceRecord()
        instance.cluster = "default"
        instance.id = id
        instance.memoryMiB = memory
        instance.agentConnected = true
        instance.customAttributes = [ECS.Attribute(name: "role", value: role)]
        return instance
    }

    private func world(
        _ instances: [ContainerInstanceRecord], _ constraints: [ECS.PlacementConstraint] = []
    ) -> Transaction {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        for instance in instances { transaction.put(instance) }
        var definition = TaskDefinitionRecord()
        definition.family = "logs"
        definition.revision = 1
        var container = ECS.ContainerDefinition()
        container.name = "logs"
        container.memory = 512
        container.portMappings = [ECS.PortMapping(containerPort: 80, hostPort: 80)]
        definition.definition.containerDefinitions = [container]
        transaction.put(definition)
        var service = ServiceRecord()
        service.cluster = "default"
        service.name = "logs"
        service.schedulingStrategy = .daemon
        service.settings.placementConstraints = constraints
        var deployment = DeploymentState()
        deployment.id = "ecs-svc/1"
        deployment.family = "logs"
        deployment.revision = 1
        service.deployments = [deployment]
        transaction.put(service)
        return transaction
    }

    private func runningOn(_ transaction: Transaction) -> [String] {
        transaction.snapshot.liveTasks(of: key).compactMap(\.instanceID).sorted()
    }

    @Test("it wants and has one task on each instance")
    func counts() {
        var world = world([instance("a"), instance("b")])
        let service = settled(&world)
        #expect(service?.desiredCount == 2)
        #expect(service?.primary?.rolloutState == .completed)
        #expect(runningOn(world) == ["a", "b"])
    }

    @Test("room does not matter for what it wants, attributes and constraints do")
    func suits() {
        let constraint = ECS.PlacementConstraint(type: .memberOf, expression: "attribute:role == web")
        let other = instance("c", memory: 0, role: "db")
        var world = world([instance("a"), instance("b", memory: 0), other], [constraint])
        #expect(settled(&world)?.desiredCount == 2)
        #expect(runningOn(world) == ["a"])
    }

    @Test("distinct instances are what it has anyway")
    func distinct() {
        var world = world([instance("a"), instance("b")], [ECS.PlacementConstraint(type: .distinctInstance)])
        #expect(settled(&world)?.desiredCount == 2)
        #expect(runningOn(world) == ["a", "b"])
    }

    @Test("an instance that no longer suits, drains, or is away")
    func changes() {
        let constraint = ECS.PlacementConstraint(type: .memberOf, expression: "attribute:role == web")
        var world = world(["a", "b", "c", "d"].map { instance($0) }, [constraint])
        #expect(settled(&world)?.desiredCount == 4)
        var (other, draining, away) = (instance("b", role: "db"), instance("c"), instance("d"))
        draining.status = .draining
        away.agentConnected = false
        for instance in [other, draining, away] { world.put(instance) }
        #expect(settled(&world)?.desiredCount == 2, "an instance that is away for a moment keeps its daemon")
        #expect(runningOn(world) == ["a", "d"])
        other.customAttributes = []
        let before = Delta(key: other.key, old: instance("b"), new: other)
        #expect(controller.subjects(of: .containerInstance(before), in: world.snapshot) == [key.path])
    }
}
