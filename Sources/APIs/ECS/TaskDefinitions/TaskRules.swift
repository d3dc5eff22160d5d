import AWSModels
import AWSWire
import Scheduling

/// Rules for the task-level members of a definition.
/// Source: Amazon ECS Developer Guide, Task definition parameters, unless said otherwise.
enum TaskRules {
    /// Source: Amazon ECS service quotas, Task definition containers.
    static let maximumContainers = 10

    static let hasFamilyName: DefinitionRule = { (definition) throws(WireError) in
        guard Names.isName(definition.family ?? "") else {
            throw .client(
                "Family contains invalid characters. It can have up to 255 letters, numbers, hyphens and underscores.")
        }
    }

    static let hasContainers: DefinitionRule = { (definition) throws(WireError) in
        guard !definition.containers.isEmpty else { throw .client("Container list cannot be empty.") }
        guard definition.containers.count <= maximumContainers else {
            throw .client("Container list cannot have more than \(maximumContainers) containers.")
        }
    }

    static let hasCPUSize: DefinitionRule = { (definition) throws(WireError) in
        guard let text = definition.cpu else { return }
        guard let units = Int(text), TaskSize.cpuRange.contains(units) else { throw .taskSize("cpu") }
    }

    static let hasMemorySize: DefinitionRule = { (definition) throws(WireError) in
        guard let text = definition.memory else { return }
        let range = ContainerRules.minimumMemoryMiB...TaskSize.maximumUnits
        guard let mebibytes = Int(text), range.contains(mebibytes) else { throw .taskSize("memory") }
    }

    static let hasUniqueContainerNames: DefinitionRule = { (definition) throws(WireError) in
        var names: Set<String> = []
        for container in definition.containers where !names.insert(container.label).inserted {
            throw .client("Container names must be unique: '\(container.label)' is used more than once.")
        }
    }

    static let hasEssentialContainer: DefinitionRule = { (definition) throws(WireError) in
        guard definition.containers.contains(where: { $0.essential ?? true }) else {
            throw .client("At least one container in the task definition must be marked essential.")
        }
    }

    /// The containers' shares must fit into the task's own size.
    static let containersFitTask: DefinitionRule = { (definition) throws(WireError) in
        let cpu = definition.containers.reduce(0) { $0 + ($1.cpu ?? 0) }
        if let limit = definition.cpu.flatMap({ Int($0) }), cpu > limit {
            throw .client("The total CPU of the containers (\(cpu)) exceeds the 'cpu' value of the task (\(limit)).")
        }
        guard let limit = definition.memory.flatMap({ Int($0) }) else { return }
        let memory = definition.containers.reduce(0) { $0 + ($1.memoryReservation ?? $1.memory ?? 0) }
        if memory > limit {
            throw .client(
                "The total memory of the containers (\(memory)) exceeds the 'memory' value of the task (\(limit)).")
        }
        for container in definition.containers where (container.memory ?? 0) > limit {
            throw .container(container, "The 'memory' value must not exceed the 'memory' value of the task (\(limit)).")
        }
    }

    /// Source: Amazon ECS API Reference, RegisterTaskDefinition (placementConstraints): at most 10, memberOf only.
    static let hasPlacementConstraints: DefinitionRule = { (definition) throws(WireError) in
        let constraints = definition.placementConstraints ?? []
        guard constraints.count <= 10 else { throw .client("Too many placement constraints: at most 10.") }
        for constraint in constraints {
            guard constraint.type == .memberOf, let expression = constraint.expression, !expression.isEmpty else {
                throw .client("A placement constraint of a task definition has the type memberOf and an expression.")
            }
            do throws(QueryError) { _ = try InstanceQuery(expression) } catch {
                throw .client("Invalid expression '\(expression)'. \(error.message)")
            }
        }
    }

    /// Source: the same page, PID mode and IPC mode: not supported for Windows containers.
    static let sharesNamespacesOnLinuxOnly: DefinitionRule = { (definition) throws(WireError) in
        guard definition.isWindows else { return }
        guard definition.pidMode == nil else { throw .client("pidMode is not supported for Windows containers.") }
        guard definition.ipcMode == nil else { throw .client("ipcMode is not supported for Windows containers.") }
    }
}

extension ECS.TaskDefinition {
    var isWindows: Bool { runtimePlatform?.operatingSystemFamily?.rawValue.hasPrefix("WINDOWS") ?? false }
}

extension WireError {
    fileprivate static func taskSize(_ member: String) -> WireError {
        .client(
            "Invalid '\(member)' setting for task. For more information, see the Troubleshooting section of the "
                + "Amazon ECS Developer Guide.")
    }
}
