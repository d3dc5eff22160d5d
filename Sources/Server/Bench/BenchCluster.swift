import AWSModels
import AWSWire
import Scheduling
import State

/// A cluster in three zones with running tasks, made without servers or agents.
struct BenchCluster {
    static let name = "default"

    let instances: Int
    /// What the tasks run: a quarter of a core, a quarter of a GiB.
    let definition: TaskDefinitionRecord
    private(set) var snapshot: Snapshot
    private(set) var context = DecisionContext(
        now: Timestamp(milliseconds: 1_700_000_000_000), random: SeededRandom(seed: 1))

    /// - Parameter tasks: of services of 500 tasks each, spread evenly.
    init(instances: Int, tasks: Int) {
        self.instances = instances
        definition = BenchCluster.makeDefinition()
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        let hosts = (0..<instances).map(BenchCluster.instance)
        for host in hosts { transaction.put(host) }
        for number in 0..<tasks {
            // Services begin at different instances, so that each host has tasks of many.
            let (service, index) = (number / 500, number % 500)
            let request = TaskRequest(
                cluster: BenchCluster.name, definition: definition, group: "service:s\(service)")
            var task = makeTask(
                TaskBlueprint(request: request), on: hosts[(service * 497 + index) % instances], &context)
            task.lastStatus = .running
            transaction.put(task)
        }
        snapshot = transaction.snapshot
    }

    /// The cluster with a service that has all its tasks, which run and have run for long.
    func withService(of tasks: Int) -> (Snapshot, Key<ServiceRecord>) {
        var transaction = Transaction(snapshot)
        var context = context
        transaction.put(definition)
        var deployment = DeploymentState()
        (deployment.id, deployment.family, deployment.revision) = ("ecs-svc/1", definition.family, definition.revision)
        (deployment.desiredCount, deployment.rolloutState) = (tasks, .completed)
        var service = ServiceRecord()
        (service.cluster, service.name, service.desiredCount) = (BenchCluster.name, "steady", tasks)
        (service.deployments, service.isSteady) = ([deployment], true)
        transaction.put(service)
        let hosts = snapshot.list(ContainerInstanceRecord.self)
        for number in 0..<tasks {
            var blueprint = TaskBlueprint(
                request: TaskRequest(
                    cluster: BenchCluster.name, definition: definition, group: "service:\(service.name)"))
            (blueprint.service, blueprint.deployment) = (service.name, deployment.id)
            var task = makeTask(blueprint, on: hosts[number % hosts.count], &context)
            (task.lastStatus, task.startedAt) = (.running, context.now.advanced(by: .seconds(-3_600)))
            transaction.put(task)
        }
        return (transaction.snapshot, service.key)
    }

    private static func makeDefinition() -> TaskDefinitionRecord {
        var container = ECS.ContainerDefinition()
        (container.name, container.image, container.cpu, container.memory) = ("main", "busybox", 256, 256)
        var record = TaskDefinitionRecord()
        (record.family, record.revision) = ("bench", 1)
        record.definition.containerDefinitions = [container]
        record.definition.requiresAttributes = ["0", "7", "19"].map {
            ECS.Attribute(name: "com.amazonaws.ecs.capability.\($0)")
        }
        return record
    }

    /// An instance with attributes as agents send them; each third is in one zone.
    static func instance(_ number: Int) -> ContainerInstanceRecord {
        var record = ContainerInstanceRecord()
        record.cluster = name
        record.id = String(repeating: "0", count: 24) + String(100_000_000 + number, radix: 16).suffix(8)
        record.agentConnected = true
        (record.cpuUnits, record.memoryMiB) = (16_384, 32_768)
        record.attributes =
            (0..<30).map { ECS.Attribute(name: "com.amazonaws.ecs.capability.\($0)") } + [
                ECS.Attribute(name: "ecs.availability-zone", value: "us-east-1\(["a", "b", "c"][number % 3])"),
                ECS.Attribute(name: "ecs.instance-type", value: number % 4 == 0 ? "c5.4xlarge" : "m5.4xlarge"),
            ]
        record.customAttributes = [ECS.Attribute(name: "stack", value: number % 2 == 0 ? "prod" : "test")]
        return record
    }
}
