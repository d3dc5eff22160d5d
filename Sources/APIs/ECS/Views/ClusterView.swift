import AWSModels
import AWSWire
import State

extension ECS.Cluster {
    /// A cluster as the API shows it: counts always, the rest as asked for. Lists that were not asked for are empty.
    /// Source: Amazon ECS API Reference, DescribeClusters (include).
    init(_ cluster: ClusterRecord, in snapshot: Snapshot, including fields: Set<ECS.ClusterField>) {
        let counts = ClusterCounts(cluster.name, in: snapshot)
        self.init()
        clusterArn = cluster.arn(snapshot.realm)
        clusterName = cluster.name
        status = cluster.status.rawValue
        registeredContainerInstancesCount = counts.instances
        runningTasksCount = counts.runningTasks
        pendingTasksCount = counts.pendingTasks
        activeServicesCount = counts.activeServices
        statistics = fields.contains(.statistics) ? clusterStatistics(cluster.name, in: snapshot) : []
        tags = fields.contains(.tags) ? cluster.tags : []
        settings = fields.contains(.settings) ? cluster.settings : []
        configuration = fields.contains(.configurations) ? cluster.configuration : nil
        capacityProviders = cluster.capacityProviders
        defaultCapacityProviderStrategy = cluster.defaultCapacityProviderStrategy
        serviceConnectDefaults = cluster.serviceConnectDefaults
        if fields.contains(.attachments) {
            attachments = clusterAttachments(cluster, in: snapshot)
            // Nothing here takes time.
            attachmentsStatus = cluster.capacityProviders.isEmpty ? nil : "UPDATE_COMPLETE"
        }
    }
}

extension ClusterRecord {
    /// The ARN.
    func arn(_ realm: Realm) -> String { realm.ecs("cluster/\(name)") }
}

/// How much of each kind a cluster has. Each number costs a logarithm.
struct ClusterCounts {
    /// ACTIVE and DRAINING ones.
    /// Source: Amazon ECS API Reference, Cluster.registeredContainerInstancesCount.
    let instances: Int
    let runningTasks: Int
    /// Accepted, not yet running.
    let pendingTasks: Int
    let activeServices: Int

    init(_ cluster: String, in snapshot: Snapshot) {
        let tasks = snapshot.tally(of: cluster)
        instances = [InstanceStatus.active, .draining].reduce(0) { sum, status in
            sum
                + snapshot.count(
                    ContainerInstanceRecord.self, .instanceByStatus, prefix: "\(cluster)/\(status.rawValue)/")
        }
        runningTasks = tasks.tasks(.running)
        pendingTasks = tasks.pendingTasks()
        activeServices = snapshot.count(ServiceRecord.self, .serviceByStatus, prefix: "\(cluster)/ACTIVE/")
    }
}

/// The statistics of a cluster: counts by launch type, as text.
/// Source: Amazon ECS API Reference, Cluster.statistics. Observed: EXTERNAL has its counts, too.
private func clusterStatistics(_ cluster: String, in snapshot: Snapshot) -> [ECS.KeyValuePair] {
    let tasks = snapshot.tally(of: cluster)
    let active = snapshot.list(ServiceRecord.self, .serviceByStatus, prefix: "\(cluster)/ACTIVE/")
    let draining = snapshot.list(ServiceRecord.self, .serviceByStatus, prefix: "\(cluster)/DRAINING/")
    let types: [(name: String, type: ECS.LaunchType)] = [
        ("EC2", .ec2), ("Fargate", .fargate), ("External", .external),
    ]
    return types.flatMap { name, type in
        func services(_ list: [ServiceRecord]) -> Int { list.count { ($0.settings.launchType ?? .ec2) == type } }
        return [
            pair("running\(name)TasksCount", tasks.tasks(.running, type)),
            pair("pending\(name)TasksCount", tasks.pendingTasks(type)),
            pair("active\(name)ServiceCount", services(active)),
            pair("draining\(name)ServiceCount", services(draining)),
        ]
    }
}

private func pair(_ name: String, _ count: Int) -> ECS.KeyValuePair {
    ECS.KeyValuePair(name: name, value: String(count))
}
