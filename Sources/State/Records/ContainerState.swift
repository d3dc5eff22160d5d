import AWSModels
import AWSWire

/// What is known of one container of a task: its name from the definition, the rest from the agent's reports.
package struct ContainerState: Stored {
    package var name = ""
    /// A UUID: the last part of the container's ARN.
    package var id = ""
    package var image: String?
    package var imageDigest: String?
    package var runtimeID: String?
    /// `PENDING`, `RUNNING` or `STOPPED`.
    package var lastStatus = "PENDING"
    /// Absent for a container that never started.
    package var exitCode: Int?
    /// `ErrorName: text`.
    package var reason: String?
    package var healthStatus = ECS.HealthStatus.unknown
    package var networkBindings: [ECS.NetworkBinding] = []
    package var managedAgents: [ECS.ManagedAgent] = []
    /// The GPUs of the instance that are the container's alone.
    package var gpuIDs: [String] = []

    package init() {}

    package static let fields = FieldTable<ContainerState>([
        .init("name", \.name),
        .init("id", \.id),
        .init("image", \.image),
        .init("imageDigest", \.imageDigest),
        .init("runtimeID", \.runtimeID),
        .init("lastStatus", \.lastStatus),
        .init("exitCode", \.exitCode),
        .init("reason", \.reason),
        .init("healthStatus", \.healthStatus),
        .init("networkBindings", \.networkBindings),
        .init("managedAgents", \.managedAgents),
        .init("gpuIDs", \.gpuIDs),
    ])
}
