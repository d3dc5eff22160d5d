import AWSModels
import AWSWire

/// A task: an instance of a task definition that was placed on a container instance.
///
/// `desired…` is written by operations and controllers, `lastStatus`, `containers` and the times by the agent's
/// reports. `lastStatus` never goes back.
package struct TaskRecord: Record {
    package var cluster = ""
    /// 32 hexadecimal digits.
    package var id = ""
    package var family = ""
    package var revision = 0
    package var instanceID: String?
    /// The instance's zone when the task was placed.
    package var availabilityZone: String?
    package var launchType = ECS.LaunchType.ec2
    package var capacityProviderName: String?
    package var platformVersion: String?
    /// `family:F`, `service:S`, `daemon:D`, or what the caller said.
    package var group = ""
    package var startedBy: String?
    /// The service's name, for its tasks.
    package var service: String?
    /// The deployment's id (`ecs-svc/…`), for a service's tasks.
    package var deployment: String?
    /// The daemon's name, for its tasks; their family and revision are of a daemon task definition.
    package var daemon: String?
    /// The id of the daemon's revision, for a daemon's tasks.
    package var daemonRevision: String?
    package var overrides: ECS.TaskOverride?
    package var networkConfiguration: ECS.NetworkConfiguration?
    package var volumeConfigurations: [ECS.TaskVolumeConfiguration] = []
    /// What the task wants of its instance, while it waits for one.
    package var placementConstraints: [ECS.PlacementConstraint] = []
    /// How its instance is chosen, while it waits for one.
    package var placementStrategy: [ECS.PlacementStrategy] = []
    package var enableExecuteCommand = false
    package var tags: [ECS.Tag] = []

    package var desiredStatus = DesiredStatus.running
    package var lastStatus = TaskStatus.pending
    package var stopCode: ECS.TaskStopCode?
    package var stoppedReason: String?
    /// Until when scale-in and deployments spare the task; nil for a task that is not protected.
    package var protectedUntil: Timestamp?
    /// Counts the changes that emit an event, from 1.
    package var version = 1

    /// What the task takes of its instance until it is STOPPED.
    package var cpuUnits = 0
    package var memoryMiB = 0
    /// Static TCP host ports.
    package var hostPorts: [Int] = []
    /// Static UDP host ports.
    package var hostUDPPorts: [Int] = []
    /// The number of GPUs; which ones, its containers say.
    package var gpuCount = 0
    /// The number of network interfaces of its own.
    package var interfaceCount = 0

    package var containers: [ContainerState] = []
    /// The network interface of its own; none, or one once it is placed.
    package var interfaces: [TaskInterface] = []
    /// What it was registered as in its service's target groups: written when its containers run, and kept.
    package var targets: [RegisteredTarget] = []

    package var createdAt = Timestamp(milliseconds: 0)
    package var connectivityAt: Timestamp?
    package var pullStartedAt: Timestamp?
    package var pullStoppedAt: Timestamp?
    package var startedAt: Timestamp?
    package var stoppingAt: Timestamp?
    package var executionStoppedAt: Timestamp?
    package var stoppedAt: Timestamp?

    package init() {}

    package static func key(_ cluster: String, _ id: String) -> Key<TaskRecord> { Key(path: keyPath(cluster, id)) }
    package var key: Key<TaskRecord> { TaskRecord.key(cluster, id) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("task/\(cluster)/\(id)") }

    /// The container instance's key, when the task was placed.
    package var instanceKey: Key<ContainerInstanceRecord>? {
        instanceID.map { ContainerInstanceRecord.key(cluster, $0) }
    }

    /// The network interface of its own; nil for a task without one, and before it is placed.
    package var interface: TaskInterface? { interfaces.first }

    /// Whether the task was accepted without an instance, and waits for its capacity provider to bring one.
    package var awaitsCapacity: Bool { instanceID == nil && lastStatus == .provisioning && desiredStatus == .running }

    /// The definition's key.
    package var definitionKey: DefinitionKey {
        daemon == nil
            ? .task(TaskDefinitionRecord.key(family, revision))
            : .daemonTask(DaemonTaskDefinitionRecord.key(family, revision))
    }

    /// The definition's ARN.
    package func definitionARN(_ realm: Realm) -> String {
        realm.ecs("\(daemon == nil ? "" : "daemon-")task-definition/\(family):\(revision)")
    }

    package static let indexes = [
        IndexDefinition<TaskRecord>(.taskByDesiredStatus) { orderKey($0.cluster, $0.desiredStatus.rawValue) },
        IndexDefinition<TaskRecord>(.taskInProvisioning) { task in
            task.lastStatus == .provisioning ? "\(task.cluster)/" : nil
        },
        IndexDefinition<TaskRecord>(.taskByInstance) { task in
            task.instanceID.map { instance in
                // Less than the status: a task that comes to run stays where it is.
                let life = task.lastStatus == .stopped ? "STOPPED" : "LIVE"
                return orderKey(task.cluster, instance, task.desiredStatus.rawValue, life)
            }
        },
        IndexDefinition<TaskRecord>(.taskByService, holdsRecords: true) { task in
            task.service.map { orderKey(task.cluster, $0, task.desiredStatus.rawValue, task.lastStatus.rawValue) }
        },
        IndexDefinition<TaskRecord>(.taskByDaemon) { task in
            task.daemon.map { orderKey(task.cluster, $0, task.desiredStatus.rawValue, task.lastStatus.rawValue) }
        },
        // Daemons' definitions have families of their own.
        IndexDefinition<TaskRecord>(.taskByFamily) { task in
            task.daemon == nil ? orderKey(task.cluster, task.family, task.desiredStatus.rawValue) : nil
        },
        IndexDefinition<TaskRecord>(.taskByStopTime) { $0.stoppedAt.map { "\(paddedTime($0))/" } },
        IndexDefinition<TaskRecord>(.taskByProtectionEnd) { $0.protectedUntil.map { "\(paddedTime($0))/" } },
    ]

    package static let fields = FieldTable<TaskRecord>([
        .init("cluster", \.cluster),
        .init("id", \.id),
        .init("family", \.family),
        .init("revision", \.revision),
        .init("instanceID", \.instanceID),
        .init("availabilityZone", \.availabilityZone),
        .init("launchType", \.launchType),
        .init("capacityProviderName", \.capacityProviderName),
        .init("platformVersion", \.platformVersion),
        .init("group", \.group),
        .init("startedBy", \.startedBy),
        .init("service", \.service),
        .init("deployment", \.deployment),
        .init("daemon", \.daemon),
        .init("daemonRevision", \.daemonRevision),
        .init("overrides", \.overrides),
        .init("networkConfiguration", \.networkConfiguration),
        .init("volumeConfigurations", \.volumeConfigurations),
        .init("placementConstraints", \.placementConstraints),
        .init("placementStrategy", \.placementStrategy),
        .init("enableExecuteCommand", \.enableExecuteCommand),
        .init("tags", \.tags),
        .init("desiredStatus", \.desiredStatus),
        .init("lastStatus", \.lastStatus),
        .init("stopCode", \.stopCode),
        .init("stoppedReason", \.stoppedReason),
        .init("protectedUntil", \.protectedUntil),
        .init("version", \.version),
        .init("cpuUnits", \.cpuUnits),
        .init("memoryMiB", \.memoryMiB),
        .init("hostPorts", \.hostPorts),
        .init("hostUDPPorts", \.hostUDPPorts),
        .init("gpuCount", \.gpuCount),
        .init("interfaceCount", \.interfaceCount),
        .init("containers", \.containers),
        .init("interfaces", \.interfaces),
        .init("targets", \.targets),
        .init("createdAt", \.createdAt),
        .init("connectivityAt", \.connectivityAt),
        .init("pullStartedAt", \.pullStartedAt),
        .init("pullStoppedAt", \.pullStoppedAt),
        .init("startedAt", \.startedAt),
        .init("stoppingAt", \.stoppingAt),
        .init("executionStoppedAt", \.executionStoppedAt),
        .init("stoppedAt", \.stoppedAt),
    ])
}

/// Milliseconds since 1970 with leading zeros, so that times sort as text.
package func paddedTime(_ time: Timestamp) -> String {
    let digits = String(max(0, time.milliseconds))
    return String(repeating: "0", count: max(0, 15 - digits.count)) + digits
}

/// What a task is meant to be.
package enum DesiredStatus: String, Sendable {
    case running = "RUNNING"
    case stopped = "STOPPED"
}
