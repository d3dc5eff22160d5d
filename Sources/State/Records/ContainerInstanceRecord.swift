import AWSModels
import AWSWire

/// A container instance: a host, or a slice of one, on which an agent runs tasks.
package struct ContainerInstanceRecord: Record {
    package var cluster = ""
    /// 32 hexadecimal digits.
    package var id = ""
    package var status = InstanceStatus.active
    package var statusReason: String?
    /// `i-…`, or `mi-…` for an instance outside EC2.
    package var ec2InstanceID: String?
    /// The host's address, as its identity document says; nil when it says none.
    package var privateIPv4Address: String?
    package var capacityProviderName: String?
    package var registeredAt = Timestamp(milliseconds: 0)
    /// When the instance was deregistered.
    package var deregisteredAt: Timestamp?
    /// Counts the changes that emit an event.
    package var version = 0

    /// Registered by the agent: 1,024 to a core.
    package var cpuUnits = 0
    /// Registered by the agent.
    package var memoryMiB = 0
    /// TCP ports of the host that tasks may not have.
    package var reservedPorts: [Int] = []
    /// UDP ports of the host that tasks may not have.
    package var reservedUDPPorts: [Int] = []
    /// Registered by the agent: the ids of its GPUs.
    package var gpuIDs: [String] = []
    /// Registered resources other than those above, as the agent sent them.
    package var otherResources: [ECS.Resource] = []
    /// What the agent and the region say of the host, in the order they came.
    package var attributes: [ECS.Attribute] = []
    /// What users said with PutAttributes.
    package var customAttributes: [ECS.Attribute] = []
    package var platformDevices: [ECS.PlatformDevice] = []

    /// Observed: whether the agent's session is open.
    package var agentConnected = false
    /// Observed: which session is the open one; a late end of an older one changes nothing.
    package var sessionID: String?
    /// Observed: the server that has the session, where there are several.
    package var sessionServer: String?
    package var agentVersion: String?
    package var agentHash: String?
    /// How the last update of the agent goes; nil when there was none.
    package var agentUpdateStatus: ECS.AgentUpdateStatus?
    /// `DockerVersion: 20.10.24`.
    package var dockerVersion: String?
    /// Observed: the container runtime's health as the agent reports it (`OK`, `IMPAIRED`, …).
    package var runtimeStatus: String?
    package var runtimeStatusUpdatedAt: Timestamp?
    package var runtimeStatusChangedAt: Timestamp?
    package var tags: [ECS.Tag] = []

    package init() {}

    package static func key(_ cluster: String, _ id: String) -> Key<ContainerInstanceRecord> {
        Key(path: keyPath(cluster, id))
    }
    package var key: Key<ContainerInstanceRecord> { ContainerInstanceRecord.key(cluster, id) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("container-instance/\(cluster)/\(id)") }

    package static let indexes = [
        IndexDefinition<ContainerInstanceRecord>(.instanceByStatus) { "\($0.cluster)/\($0.status.rawValue)/" },
        IndexDefinition<ContainerInstanceRecord>(.instanceByHost) { instance in
            instance.status == .inactive ? nil : instance.ec2InstanceID.map { "\($0)/" }
        },
    ]

    package static let fields = FieldTable<ContainerInstanceRecord>([
        .init("cluster", \.cluster),
        .init("id", \.id),
        .init("status", \.status),
        .init("statusReason", \.statusReason),
        .init("ec2InstanceID", \.ec2InstanceID),
        .init("privateIPv4Address", \.privateIPv4Address),
        .init("capacityProviderName", \.capacityProviderName),
        .init("registeredAt", \.registeredAt),
        .init("deregisteredAt", \.deregisteredAt),
        .init("version", \.version),
        .init("cpuUnits", \.cpuUnits),
        .init("memoryMiB", \.memoryMiB),
        .init("reservedPorts", \.reservedPorts),
        .init("reservedUDPPorts", \.reservedUDPPorts),
        .init("gpuIDs", \.gpuIDs),
        .init("otherResources", \.otherResources),
        .init("attributes", \.attributes),
        .init("customAttributes", \.customAttributes),
        .init("platformDevices", \.platformDevices),
        .init("agentConnected", \.agentConnected),
        .init("sessionID", \.sessionID),
        .init("sessionServer", \.sessionServer),
        .init("agentVersion", \.agentVersion),
        .init("agentHash", \.agentHash),
        .init("agentUpdateStatus", \.agentUpdateStatus),
        .init("dockerVersion", \.dockerVersion),
        .init("runtimeStatus", \.runtimeStatus),
        .init("runtimeStatusUpdatedAt", \.runtimeStatusUpdatedAt),
        .init("runtimeStatusChangedAt", \.runtimeStatusChangedAt),
        .init("tags", \.tags),
    ])
}

/// The life of a container instance.
package enum InstanceStatus: String, Sendable {
    case active = "ACTIVE"
    case draining = "DRAINING"
    case inactive = "INACTIVE"
}
