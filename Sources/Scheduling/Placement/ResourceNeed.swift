import AWSModels
import State

/// What a task takes of an instance.
package struct ResourceNeed: Sendable, Equatable {
    /// 1,024 to a core.
    package var cpuUnits = 0
    package var memoryMiB = 0
    /// Static TCP host ports.
    package var ports: [Int] = []
    /// Static UDP host ports.
    package var udpPorts: [Int] = []
    package var gpus = 0
    /// Network interfaces: one for a task of network mode awsvpc.
    package var interfaces = 0

    package init() {}

    /// The need of a task of `definition` with `overrides`: the task's own sizes, else the sum over its containers.
    /// A container's memory is its reservation when it has one.
    /// Source: Amazon ECS Developer Guide, How Amazon ECS places tasks on container instances.
    package init(_ definition: ECS.TaskDefinition, _ overrides: ECS.TaskOverride? = nil) {
        let containers = definition.containerDefinitions ?? []
        let changes = overrides?.containerOverrides ?? []
        cpuUnits = ResourceNeed.size(overrides?.cpu ?? definition.cpu) ?? 0
        memoryMiB = ResourceNeed.size(overrides?.memory ?? definition.memory) ?? 0
        let sumsCPU = cpuUnits == 0
        let sumsMemory = memoryMiB == 0
        for container in containers {
            let change = changes.last { $0.name == container.name }
            if sumsCPU { cpuUnits += change?.cpu ?? container.cpu ?? 0 }
            if sumsMemory { memoryMiB += ResourceNeed.memory(of: container, change) }
            gpus += ResourceNeed.gpus(of: container, change)
        }
        interfaces = definition.networkMode == .awsvpc ? 1 : 0
        // A task with a network interface of its own has all ports of it.
        if interfaces == 0 { takePorts(of: containers, isHost: definition.networkMode == .host) }
    }

    /// Whole units or MiB, as a registered definition and a checked override hold them.
    private static func size(_ text: String?) -> Int? { text.flatMap { Int($0) } }

    private static func memory(of container: ECS.ContainerDefinition, _ change: ECS.ContainerOverride?) -> Int {
        change?.memoryReservation ?? container.memoryReservation ?? change?.memory ?? container.memory ?? 0
    }

    /// How many GPUs a container wants for itself; none when it shares them.
    /// Source: Amazon ECS API Reference, ResourceRequirement.
    /// - Parameter change: its override, whose requirements take the place of the definition's.
    static func gpus(of container: ECS.ContainerDefinition, _ change: ECS.ContainerOverride?) -> Int {
        let requirements = change?.resourceRequirements ?? container.resourceRequirements ?? []
        return requirements.reduce(0) { sum, requirement in
            guard requirement.type == .gpu, let count = ResourceNeed.size(requirement.value) else { return sum }
            // No instance has so many; their sum stays a number.
            return sum + min(max(0, count), Int(UInt16.max))
        }
    }

    /// A host port that is 0 or absent in bridge mode is chosen on the instance and reserves nothing.
    private mutating func takePorts(of containers: [ECS.ContainerDefinition], isHost: Bool) {
        for mapping in containers.flatMap({ $0.portMappings ?? [] }) {
            let port = isHost ? mapping.containerPort ?? mapping.hostPort ?? 0 : mapping.hostPort ?? 0
            guard port != 0 else { continue }
            if mapping.protocol == .udp { udpPorts.append(port) } else { ports.append(port) }
        }
    }
}
