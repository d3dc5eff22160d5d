import AWSModels
import AWSWire
import State

@testable import Scheduling

/// The time in these tests: an hour after 1970, so that earlier times exist.
let noon = Timestamp(milliseconds: 3_600_000)

extension DecisionContext {
    static func sample(at now: Timestamp = noon, seed: UInt64 = 1) -> DecisionContext {
        DecisionContext(now: now, random: SeededRandom(seed: seed))
    }
}

extension ContainerInstanceRecord {
    static func sample(
        _ id: String, zone: String = "us-east-1a", cpu: Int = 1_024, memory: Int = 1_024, ports: [Int] = [],
        udpPorts: [Int] = [], attributes: [String: String] = [:], isConnected: Bool = true,
        status: InstanceStatus = .active, gpus: [String] = []
    ) -> ContainerInstanceRecord {
        var instance = ContainerInstanceRecord()
        instance.cluster = "default"
        instance.id = id
        instance.cpuUnits = cpu
        instance.memoryMiB = memory
        instance.reservedPorts = ports
        instance.reservedUDPPorts = udpPorts
        instance.agentConnected = isConnected
        instance.status = status
        instance.gpuIDs = gpus
        instance.attributes = [ECS.Attribute(name: "ecs.availability-zone", value: zone)]
        instance.customAttributes = attributes.sorted { $0.key < $1.key }.map {
            ECS.Attribute(name: $0.key, value: $0.value)
        }
        return instance
    }
}

extension TaskDefinitionRecord {
    static func sample(
        _ family: String = "web", memory: Int = 256, cpu: Int = 0, hostPort: Int? = nil,
        protocol: ECS.TransportProtocol = .tcp, requires attributes: [ECS.Attribute] = [], gpus: Int = 0,
        network: ECS.NetworkMode? = nil
    ) -> TaskDefinitionRecord {
        var container = ECS.ContainerDefinition()
        container.name = "main"
        container.image = "busybox"
        container.memory = memory
        container.cpu = cpu
        if gpus > 0 { container.resourceRequirements = [ECS.ResourceRequirement(value: "\(gpus)", type: .gpu)] }
        if let hostPort {
            container.portMappings = [ECS.PortMapping(containerPort: 80, hostPort: hostPort, protocol: `protocol`)]
        }
        var record = TaskDefinitionRecord()
        record.family = family
        record.revision = 1
        record.definition.containerDefinitions = [container]
        record.definition.requiresAttributes = attributes
        record.definition.networkMode = network
        return record
    }
}

/// A region with instances, in which tasks can be placed.
struct PlacementWorld {
    var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
    var context = DecisionContext.sample()

    init(_ instances: [ContainerInstanceRecord]) {
        for instance in instances { transaction.put(instance) }
    }

    /// Places one task and keeps it.
    /// - Returns: the instance's id, or the reasons.
    mutating func place(
        _ definition: TaskDefinitionRecord = .sample(), group: String? = nil,
        constraints: [ECS.PlacementConstraint] = [], strategies: [ECS.PlacementStrategy] = []
    ) -> String {
        let request = TaskRequest(
            cluster: "default", definition: definition, group: group ?? "family:\(definition.family)",
            constraints: constraints, strategies: strategies)
        switch Scheduling.place(request, in: transaction.snapshot, &context) {
        case .placed(let instance):
            _ = transaction.start(TaskBlueprint(request: request), on: instance, &context)
            return instance.id
        case .failed(let refused): return refused.map(\.failure.reason).joined(separator: " ")
        }
    }
}
