import AWSModels
import AWSWire
import State

extension Transaction {
    /// Makes the cluster `default`, unless there is an active one.
    mutating func makeDefaultCluster(at now: Timestamp) {
        if get(ClusterRecord.key("default"))?.status == .active { return }
        var cluster = ClusterRecord()
        cluster.name = "default"
        cluster.createdAt = now
        cluster.settings = [ECS.ClusterSetting(name: .containerInsights, value: "disabled")]
        put(cluster)
    }

    /// Drops everything but the instances of `default`, whose agents go on, and the balancer nodes: what
    /// `POST /_roost/reset` does.
    mutating func reset(at now: Timestamp) {
        deleteAll(except: [.containerInstance, .balancerNode])
        for var record in snapshot.list(ContainerInstanceRecord.self) {
            guard record.cluster == "default", record.status != .inactive else {
                delete(record.key)
                continue
            }
            record.status = .active
            record.customAttributes = []
            record.tags = []
            put(record)
        }
        makeDefaultCluster(at: now)
    }
}
