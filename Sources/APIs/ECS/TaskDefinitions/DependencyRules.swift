import AWSModels
import AWSWire

/// Rules for what containers of a task say of each other.
/// Source: Amazon ECS API Reference, ContainerDependency and ContainerDefinition (links).
enum DependencyRules {
    static let all: [DefinitionRule] = [hasKnownDependencies, hasReachableConditions, hasKnownLinks, hasNoCycles]

    static let hasKnownDependencies: DefinitionRule = { (definition) throws(WireError) in
        for container in definition.containers {
            for dependency in container.dependsOn ?? [] {
                let isKnown = definition.containers.contains { $0.name == dependency.containerName }
                guard isKnown, dependency.containerName != container.name else {
                    throw .container(container, "Unknown container dependency '\(dependency.containerName)'.")
                }
            }
        }
    }

    /// An essential container never ends while its task lives, and only a health check makes one healthy.
    static let hasReachableConditions: DefinitionRule = { (definition) throws(WireError) in
        for dependency in definition.containers.flatMap({ $0.dependsOn ?? [] }) {
            guard let target = definition.containers.first(where: { $0.name == dependency.containerName }) else {
                continue
            }
            switch dependency.condition {
            case .start: break
            case .complete, .success:
                guard target.essential == false else {
                    throw .container(
                        target,
                        "An essential container cannot be waited for with the condition "
                            + "\(dependency.condition.rawValue).")
                }
            case .healthy:
                guard target.healthCheck != nil else {
                    throw .container(
                        target,
                        "A health check must be configured for a container that is waited for with the "
                            + "condition HEALTHY.")
                }
            }
        }
    }

    static let hasKnownLinks: DefinitionRule = { (definition) throws(WireError) in
        for container in definition.containers {
            for link in container.linkedNames where !definition.containers.contains(where: { $0.name == link }) {
                throw .container(container, "Unknown link '\(link)'.")
            }
        }
    }

    /// Dependencies, links and shared volumes all say which container comes first.
    static let hasNoCycles: DefinitionRule = { (definition) throws(WireError) in
        var first: [String: [String]] = [:]
        for container in definition.containers {
            first[container.label] =
                (container.dependsOn ?? []).map(\.containerName) + container.linkedNames
                + (container.volumesFrom ?? []).compactMap(\.sourceContainer)
        }
        // Takes away, again and again, the containers that wait for nobody who is left.
        var left = definition.containers.map(\.label)
        while !left.isEmpty {
            let waiting = left.filter { name in (first[name] ?? []).contains { left.contains($0) } }
            guard waiting.count < left.count else {
                throw .client("Container dependencies must not form a cycle: \(waiting.joined(separator: ", ")).")
            }
            left = waiting
        }
    }
}

extension ECS.ContainerDefinition {
    /// The containers that the links name: a link is `name` or `name:alias`.
    fileprivate var linkedNames: [String] {
        (links ?? []).map { link in String(link.prefix { $0 != ":" }) }
    }
}
