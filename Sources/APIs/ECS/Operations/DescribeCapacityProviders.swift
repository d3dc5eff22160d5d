import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows capacity providers, deleted ones for a while as well: those asked for, in that order, or all by name. An
/// unknown one is a failure, not an error.
/// Source: Amazon ECS API Reference, DescribeCapacityProviders.
struct DescribeCapacityProviders: ReadOperation {
    static let model = ECS.Operations.describeCapacityProviders
    static let maximumProviders = 100
    static let pageSize = 10

    func access(
        _ input: ECS.DescribeCapacityProvidersRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        guard let references = input.capacityProviders, !references.isEmpty else {
            return [AccessRequest("ecs:DescribeCapacityProviders", "*")]
        }
        var requests: [AccessRequest] = []
        for text in references.prefix(DescribeCapacityProviders.maximumProviders) {
            let arn = try CapacityProviderReference.arn(text, tx.realm)
            requests.append(AccessRequest("ecs:DescribeCapacityProviders", arn))
        }
        return requests
    }

    func read(
        _ input: ECS.DescribeCapacityProvidersRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeCapacityProvidersResponse {
        let associated = try associated(input.cluster, snapshot)
        let paging = try Paging(
            token: input.nextToken, maxResults: input.maxResults, defaultLimit: DescribeCapacityProviders.pageSize,
            maximum: DescribeCapacityProviders.pageSize)
        let candidates = try candidates(input.capacityProviders, associated, snapshot)
        let (page, token) = paging.page { after, body in
            for (key, name) in candidates where after.map({ $0 < key }) ?? true {
                guard body(key, name) else { return }
            }
        }
        let includesTags = input.include?.contains(.tags) ?? false
        var providers: [ECS.CapacityProvider] = []
        var failures: [ECS.Failure] = []
        for name in page {
            if associated?.contains(name) ?? true, let provider = snapshot.capacityProvider(name) {
                providers.append(ECS.CapacityProvider(provider, snapshot.realm, includesTags: includesTags))
            } else {
                failures.append(missing(snapshot.realm.ecs("capacity-provider/\(name)")))
            }
        }
        return ECS.DescribeCapacityProvidersResponse(
            capacityProviders: providers, failures: failures, nextToken: token)
    }

    /// The providers of the cluster that was given; nil for no cluster.
    private func associated(_ cluster: String?, _ snapshot: Snapshot) throws(WireError) -> [String]? {
        guard let cluster, !cluster.isEmpty else { return nil }
        return try ClusterReference.active(cluster, in: snapshot).capacityProviders
    }

    /// What the pages are cut from: names, each with the key that orders it.
    private func candidates(
        _ references: [String]?, _ associated: [String]?, _ snapshot: Snapshot
    ) throws(WireError) -> [(key: String, name: String)] {
        guard let references, !references.isEmpty else {
            let all = CapacityProviderRecord.predefined + snapshot.list(CapacityProviderRecord.self)
            return all.map(\.name).filter { associated?.contains($0) ?? true }.sorted().map { ($0, $0) }
        }
        let maximum = DescribeCapacityProviders.maximumProviders
        try Lists.check("Capacity Providers", references.count, maximum: maximum)
        var names: [(key: String, name: String)] = []
        for (index, text) in references.enumerated() {
            names.append((String(maximum + index), try CapacityProviderReference.name(text, snapshot.realm)))
        }
        return names
    }
}
