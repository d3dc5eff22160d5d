import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows up to 100 clusters, INACTIVE ones as well; an unknown one is a failure, not an error.
/// Source: Amazon ECS API Reference, DescribeClusters.
struct DescribeClusters: ReadOperation {
    static let model = ECS.Operations.describeClusters
    static let maximumClusters = 100

    func access(
        _ input: ECS.DescribeClustersRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        var requests: [AccessRequest] = []
        for name in try names(input, tx.realm) {
            requests.append(AccessRequest("ecs:DescribeClusters", tx.realm.ecs("cluster/\(name)")))
        }
        return requests
    }

    func read(
        _ input: ECS.DescribeClustersRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeClustersResponse {
        let fields = Set(input.include ?? [])
        var clusters: [ECS.Cluster] = []
        var failures: [ECS.Failure] = []
        for name in try names(input, snapshot.realm) {
            if let cluster = snapshot.get(ClusterRecord.key(name)) {
                clusters.append(ECS.Cluster(cluster, in: snapshot, including: fields))
            } else {
                failures.append(missing(snapshot.realm.ecs("cluster/\(name)")))
            }
        }
        return ECS.DescribeClustersResponse(clusters: clusters, failures: failures)
    }

    /// The names asked for; without any, the default cluster.
    private func names(_ input: ECS.DescribeClustersRequest, _ realm: Realm) throws(WireError) -> [String] {
        guard let clusters = input.clusters, !clusters.isEmpty else { return ["default"] }
        try Lists.check("Clusters", clusters.count, maximum: DescribeClusters.maximumClusters)
        var names: [String] = []
        for text in clusters { names.append(try ClusterReference.name(text, realm)) }
        return names
    }
}
