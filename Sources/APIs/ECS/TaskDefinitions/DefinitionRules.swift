import AWSModels
import AWSWire

/// Refuses a definition that breaks one rule; gets it normalised.
typealias DefinitionRule = @Sendable (ECS.TaskDefinition) throws(WireError) -> Void

/// Refuses a container definition that breaks one rule. The containers around it are in the definition.
typealias ContainerRule = @Sendable (ECS.ContainerDefinition, ECS.TaskDefinition) throws(WireError) -> Void

/// What every task definition must satisfy, in the order in which ECS complains.
///
/// Each rule is a function of its own in a file by topic, with its source. What is wrong inside a definition is a
/// `ClientException`; the shape itself was checked against the model before.
enum DefinitionRules {
    /// Source: Amazon ECS service quotas, Task definition size limit: 64 KiB.
    static let maximumLength = 65_536
    /// Source: Amazon ECS service quotas, Revisions per task definition family.
    static let maximumRevision = 1_000_000

    /// The rules for all task definitions.
    static let all = rules(mustDeclareMemory: true)

    /// The rules for the definitions of daemons, in the form of all others. What they cannot say, no rule minds.
    static let ofDaemons = rules(mustDeclareMemory: false)

    private static func rules(mustDeclareMemory: Bool) -> [DefinitionRule] {
        var rules: [DefinitionRule] = [
            TaskRules.hasFamilyName, TaskRules.hasContainers, TaskRules.hasCPUSize, TaskRules.hasMemorySize,
        ]
        let ofContainers = ContainerRules.all(mustDeclareMemory: mustDeclareMemory) + LogRules.all + KernelRules.all
        rules += ofContainers.map(forEachContainer)
        rules += [
            TaskRules.hasUniqueContainerNames, TaskRules.hasEssentialContainer, TaskRules.containersFitTask,
            TaskRules.hasPlacementConstraints, TaskRules.sharesNamespacesOnLinuxOnly,
        ]
        rules += PortRules.all.map(forEachContainer)
        rules += [PortRules.hasUniquePortNames, PortRules.hasUniqueHostPorts]
        rules += NetworkRules.all + VolumeRules.all + WindowsRules.all
        return rules + DependencyRules.all + RoleRules.all
    }

    /// Checks a definition against all rules, and against those of each launch type it requires.
    /// - Throws: `ClientException` for the first rule it breaks.
    static func check(_ definition: ECS.TaskDefinition) throws(WireError) {
        for rule in all { try rule(definition) }
        // Without a list the definition is meant for container instances.
        // Source: Amazon ECS API Reference, RegisterTaskDefinition (requiresCompatibilities).
        let required = definition.requiresCompatibilities ?? []
        for compatibility in required.isEmpty ? [.ec2] : required {
            for rule in LaunchTypeRules.rules(for: compatibility) { try rule(definition) }
        }
    }

    /// - Parameter definition: as it is stored.
    /// - Throws: `ClientException` for one that is too long.
    static func checkLength(_ definition: some Shape) throws(WireError) {
        let length = definition.encoded().count
        guard length <= maximumLength else {
            throw .client("Actual length: '\(length)'. Max allowed length is '\(maximumLength)' bytes.")
        }
    }

    private static func forEachContainer(_ rule: @escaping ContainerRule) -> DefinitionRule {
        { (definition) throws(WireError) in
            for container in definition.containers { try rule(container, definition) }
        }
    }
}

extension ECS.TaskDefinition {
    var containers: [ECS.ContainerDefinition] { containerDefinitions ?? [] }
}

extension ECS.ContainerDefinition {
    /// The name in a message.
    var label: String { name ?? "" }
}

extension WireError {
    /// What is wrong with one container of a definition, in the form ECS says it.
    static func container(_ container: ECS.ContainerDefinition, _ message: String) -> WireError {
        .client("Invalid setting for container '\(container.label)'. \(message)")
    }
}
