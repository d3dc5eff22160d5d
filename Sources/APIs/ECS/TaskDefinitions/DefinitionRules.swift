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
    /// The rules for all definitions.
    static let all: [DefinitionRule] =
        [
            TaskRules.hasFamilyName, TaskRules.hasContainers, TaskRules.hasCPUSize, TaskRules.hasMemorySize,
        ]
        + (ContainerRules.all + LogRules.all + KernelRules.all).map(forEachContainer)
        + [
            TaskRules.hasUniqueContainerNames, TaskRules.hasEssentialContainer, TaskRules.containersFitTask,
            TaskRules.hasPlacementConstraints, TaskRules.sharesNamespacesOnLinuxOnly,
        ]
        + PortRules.all.map(forEachContainer)
        + [PortRules.hasUniquePortNames, PortRules.hasUniqueHostPorts]
        + NetworkRules.all
        + VolumeRules.all
        + WindowsRules.all
        + DependencyRules.all
        + RoleRules.all

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
