import AWSModels
import AWSWire
import State

@testable import Control

/// A small region as a value: two instances, one task definition, and whatever a test adds.
struct ControlWorld {
    static let start = Timestamp(milliseconds: 1_767_225_600_000)

    var transaction: Transaction
    var now = ControlWorld.start

    var snapshot: Snapshot { transaction.snapshot }

    init(instances: Int = 2) {
        transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var cluster = ClusterRecord()
        cluster.name = "default"
        transaction.put(cluster)
        for number in 0..<instances { transaction.put(ControlWorld.instance(number)) }
        var definition = TaskDefinitionRecord()
        definition.family = "web"
        definition.revision = 1
        definition.definition = ECS.TaskDefinition.trusted(
            Array(#"{"containerDefinitions":[{"name":"app","image":"busybox","memory":32,"essential":true}]}"#.utf8))
        transaction.put(definition)
    }

    /// Adds a capacity provider of a group.
    mutating func addProvider(_ name: String, isScaled: Bool) {
        var provider = CapacityProviderRecord()
        provider.name = name
        provider.autoScalingGroupProvider = ECS.AutoScalingGroupProvider(
            autoScalingGroupArn: name, managedScaling: ECS.ManagedScaling(status: isScaled ? .enabled : .disabled))
        transaction.put(provider)
    }

    /// Gives a service a strategy of one provider.
    mutating func useProvider(_ provider: String, for service: String) {
        transaction.update(ServiceRecord.key("default", service)) { record in
            record.settings.capacityProviderStrategy = [
                ECS.CapacityProviderStrategyItem(capacityProvider: provider, weight: 1, base: 0)
            ]
            let strategy = record.settings.capacityProviderStrategy
            record.changePrimary { $0.capacityProviderStrategy = strategy }
        }
    }

    private static func instance(_ number: Int) -> ContainerInstanceRecord {
        var instance = ContainerInstanceRecord()
        instance.cluster = "default"
        instance.id = "instance\(number)"
        instance.cpuUnits = 1_024
        instance.memoryMiB = 256
        instance.agentConnected = true
        instance.attributes = [
            ECS.Attribute(name: "ecs.availability-zone", value: "us-east-1\(number % 2 == 0 ? "a" : "b")")
        ]
        return instance
    }

    /// Adds a service with one deployment.
    mutating func addService(_ name: String, desired: Int, strategy: ECS.SchedulingStrategy = .replica) {
        var deployment = DeploymentState()
        deployment.id = "ecs-svc/1"
        deployment.family = "web"
        deployment.revision = 1
        deployment.desiredCount = desired
        deployment.createdAt = now
        var service = ServiceRecord()
        service.cluster = "default"
        service.name = name
        service.desiredCount = desired
        service.schedulingStrategy = strategy
        service.deployments = [deployment]
        transaction.put(service)
    }

    /// Adds a service at rest whose four tasks are all in one of the two zones.
    mutating func addUnbalancedService() {
        addService("web", desired: 4)
        transaction.update(ServiceRecord.key("default", "web")) { service in
            service.settings.availabilityZoneRebalancing = .enabled
            service.isSteady = true
            service.changePrimary { $0.rolloutState = .completed }
        }
        for number in 0..<4 {
            addTask("task\(number)") { task in
                task.service = "web"
                task.group = "service:web"
                task.deployment = "ecs-svc/1"
                task.availabilityZone = "us-east-1a"
                task.lastStatus = .running
                task.startedAt = ControlWorld.start.advanced(by: .seconds(-60))
            }
        }
    }

    /// Begins a deployment for which the percentages leave no room; the tasks of the one before have long been healthy.
    mutating func makeStuck(_ service: String) {
        now = now.advanced(by: .seconds(60))
        transaction.update(ServiceRecord.key("default", service)) { record in
            record.settings.deploymentConfiguration = ECS.DeploymentConfiguration(
                maximumPercent: 100, minimumHealthyPercent: 100)
            var deployment = record.deployments[0]
            deployment.id = "ecs-svc/2"
            record.deployments[0].status = .active
            record.deployments.insert(deployment, at: 0)
        }
    }

    /// Adds a task on an instance.
    mutating func addTask(
        _ id: String, on instance: String = "instance0", _ change: (inout TaskRecord) -> Void = { _ in }
    ) {
        var task = TaskRecord()
        task.cluster = "default"
        task.id = id
        task.family = "web"
        task.revision = 1
        task.group = "family:web"
        task.instanceID = instance
        task.memoryMiB = 32
        var container = ContainerState()
        container.name = "app"
        task.containers = [container]
        change(&task)
        transaction.put(task)
    }

    /// What a controller decides now, from a seed.
    func decide(_ controller: some Controller, _ subject: String, seed: UInt64 = 7) -> Plan {
        var context = DecisionContext(now: now, random: SeededRandom(seed: seed))
        return controller.decide(subject, snapshot, &context)
    }

    /// Every task of the region gets as far as its agent would bring it.
    mutating func letTasksRun() {
        for var task in snapshot.list(TaskRecord.self) {
            task.lastStatus = task.desiredStatus == .running ? .running : .stopped
            if task.lastStatus == .running { task.startedAt = task.startedAt ?? now }
            if task.lastStatus == .stopped { task.stoppedAt = now }
            transaction.put(task)
        }
    }
}
