import AWSModels
import AWSWire
import State

/// Rules for the service registry. That it exists cannot be checked: there is no AWS Cloud Map here yet.
/// Source: Amazon ECS API Reference, ServiceRegistry.
enum ServiceRegistryRules {
    static func check(
        _ registries: [ECS.ServiceRegistry], _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        guard registries.count <= 1 else {
            throw .invalidParameter("Each service can be associated with one service registry only.")
        }
        guard let registry = registries.first else { return }
        guard ARN.isARN(registry.registryArn, "servicediscovery", "service/") else {
            throw .invalidParameter("registryArn must be the ARN of an AWS Cloud Map service.")
        }
        try checkPorts(registry, definition)
    }

    private static func checkPorts(
        _ registry: ECS.ServiceRegistry, _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        if let port = registry.port {
            guard registry.containerName == nil, registry.containerPort == nil else {
                throw .invalidParameter(
                    "A service registry has either a port or a containerName with a containerPort.")
            }
            guard definition.definition.networkMode == .awsvpc else {
                throw .invalidParameter("The port of a service registry is only supported when networkMode=awsvpc.")
            }
            guard (1...65_535).contains(port) else {
                throw .invalidParameter("The port of a service registry must be between 1 and 65535.")
            }
            return
        }
        switch (registry.containerName, registry.containerPort) {
        case (let container?, let port?): try definition.checkPort(container, port)
        case (nil, nil):
            guard definition.definition.networkMode == .awsvpc else {
                throw .invalidParameter(
                    "A service registry must have a containerName and a containerPort unless networkMode=awsvpc.")
            }
        default:
            throw .invalidParameter("containerName and containerPort of a service registry must be given together.")
        }
    }
}
