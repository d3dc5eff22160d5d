import AWSModels
import State

extension Snapshot {
    /// Whether a critical daemon that belongs on the instance does not run there: then no other task may start there.
    ///
    /// To ECS such an instance is not registered yet, or is being replaced.
    /// Source: Amazon ECS API Reference, CreateDaemon: daemon tasks start before others (and critical).
    package func awaitsDaemon(_ instance: ContainerInstanceRecord) -> Bool {
        guard instance.capacityProviderName != nil else { return false }
        let critical = list(DaemonRecord.self, prefix: "\(instance.cluster)/").filter { daemon in
            guard let revision = daemon.targetKey.flatMap({ get($0) }) else { return false }
            return revision.isCritical && revision.covers(instance)
        }
        guard !critical.isEmpty else { return false }
        let running = list(TaskRecord.self, .taskByInstance, prefix: "\(instance.key.path)/RUNNING/LIVE/")
            .filter { $0.lastStatus == .running }
        return critical.contains { daemon in !running.contains { $0.daemon == daemon.name } }
    }
}
