import AWSWire
import NodeLink

/// The file in which a container finds what concerns it, where ECS_ENABLE_CONTAINER_METADATA asks for that. It is there
/// before the container starts, and complete (`READY`) soon after.
/// Source: Amazon ECS Developer Guide, "Amazon ECS container metadata file".
package struct ContainerMetadataFile: Sendable, Equatable {
    /// The folder on the host, which is the container's own.
    package var directory: String
    /// What is known before the container is there.
    package var facts: JSONValue

    static let name = "ecs-container-metadata.json"
    /// Where containers have the folder. Source: amazon-ecs-agent, agent/engine/containermetadata.
    static let mountPrefix = "/opt/ecs/metadata/"

    init(_ container: ACS.Container, of task: ACS.Task, engineName: String, in root: String, _ settings: TaskSettings) {
        directory = "\(root)/\(engineName)"
        facts = [
            "Cluster": .string(settings.cluster), "ContainerInstanceARN": .string(settings.containerInstanceARN),
            "TaskARN": .string(task.arn ?? ""), "TaskDefinitionFamily": .string(task.family ?? ""),
            "TaskDefinitionRevision": .string(task.version ?? ""), "ContainerName": .string(container.name ?? ""),
            "ImageName": .string(container.image ?? ""), "AvailabilityZone": .string(settings.availabilityZone),
            "HostPrivateIPv4Address": .string(settings.privateAddress),
        ]
        if let interface = try? task.readInterface() { facts["Networks"] = interface.networks(version: 1) }
    }

    /// The folder in the container.
    static func mountPoint(task: String, engineName: String) -> String {
        mountPrefix + EndpointID.make(task: task, engineName: engineName)
    }

    /// The folder of a container on the host; nil when it has none.
    /// - Parameters:
    ///   - details: the engine's `inspect`.
    ///   - root: where such folders are: a task may bind whatever it likes to a path like ours.
    static func directory(of details: JSONValue, in root: String) -> String? {
        let mounts = (details["Mounts"]?.arrayValue ?? []).filter { mount in
            mount["Type"]?.stringValue == "bind" && mount["Destination"]?.stringValue?.hasPrefix(mountPrefix) == true
        }
        return mounts.compactMap { $0["Source"]?.stringValue }.first { source in
            source.hasPrefix(root + "/") && !source.dropFirst(root.utf8.count + 1).contains("/")
        }
    }

    /// The file with what the engine knows of a container that runs.
    static func completed(_ facts: JSONValue, with details: JSONValue) -> JSONValue {
        let inspection = DockerInspection(details)
        var value = facts
        value["ContainerID"] = .string(inspection.id)
        value["DockerContainerName"] = details["Name"] ?? ""
        value["ImageID"] = details["Image"] ?? ""
        value["PortMappings"] = .array(
            inspection.bindings.map { binding in
                [
                    "ContainerPort": .int(Int64(binding.containerPort)), "HostPort": .int(Int64(binding.hostPort)),
                    "BindIp": .string(binding.bindIP), "Protocol": .string(binding.protocol),
                ]
            })
        value["Networks"] =
            facts["Networks"]
            ?? .array(
                (details["NetworkSettings"]?["Networks"]?.members ?? []).map { network in
                    let address = network.value["IPAddress"]?.stringValue ?? ""
                    return [
                        "NetworkMode": .string(network.name),
                        "IPv4Addresses": .array(address.isEmpty ? [] : [.string(address)]),
                    ]
                })
        value["MetadataFileStatus"] = "READY"
        return value
    }
}
