import AWSModels
import AWSWire
import State

/// Rules for the capacity providers a cluster names.
enum CapacityProviders {
    /// Source: Amazon ECS service quotas, Capacity providers per cluster.
    static let maximumPerCluster = 20

    /// The providers a cluster is to have, by name.
    /// - Throws: `InvalidParameterException` for one that does not exist or cannot be in the cluster, and for too many.
    static func checked(
        _ references: [String]?, for cluster: String, in snapshot: Snapshot
    ) throws(WireError) -> [String] {
        var names: [String] = []
        for text in references ?? [] {
            let name = try CapacityProviderReference.name(text, snapshot.realm)
            guard let provider = snapshot.capacityProvider(name), provider.status == .active else {
                throw .unknownCapacityProvider(text)
            }
            try check(provider, mayJoin: cluster, in: snapshot)
            if !names.contains(name) { names.append(name) }
        }
        guard names.count <= maximumPerCluster else {
            throw .invalidParameter("The maximum number of capacity providers per cluster has been exceeded.")
        }
        return names
    }

    /// Managed Instances are their cluster's, and a group that is scaled for one cluster cannot follow another.
    /// Source: Amazon ECS API Reference, CreateCapacityProvider (cluster); Developer Guide, Cluster auto scaling.
    private static func check(
        _ provider: CapacityProviderRecord, mayJoin cluster: String, in snapshot: Snapshot
    ) throws(WireError) {
        guard provider.cluster == nil || provider.cluster == cluster else {
            throw .unknownCapacityProvider(provider.name)
        }
        guard provider.bringsInstances else { return }
        if let other = clusters(with: provider.name, in: snapshot).first(where: { $0 != cluster }) {
            throw .invalidParameter(
                "The specified capacity provider '\(provider.name)' has managed scaling and is already associated "
                    + "with the cluster \(other). Remove it from that cluster and try again.")
        }
    }

    /// The ACTIVE clusters that have the provider, by name.
    static func clusters(with provider: String, in snapshot: Snapshot) -> [String] {
        snapshot.list(ClusterRecord.self, .clusterByStatus, prefix: "ACTIVE/")
            .filter { $0.capacityProviders.contains(provider) }.map(\.name)
    }

    /// Whether services, daemons or tasks of the cluster need the provider.
    /// Source: Amazon ECS API Reference, PutClusterCapacityProviders and DeleteCapacityProvider.
    static func isUsed(_ provider: String, in cluster: String, _ snapshot: Snapshot) -> Bool {
        let isInService = snapshot.list(ServiceRecord.self, prefix: "\(cluster)/").contains { service in
            service.status != .inactive
                && (service.settings.capacityProviderStrategy
                    + service.deployments.flatMap(\.capacityProviderStrategy))
                    .contains { $0.capacityProvider == provider }
        }
        let isInDaemon = snapshot.list(DaemonRecord.self, prefix: "\(cluster)/").contains { daemon in
            daemon.providers(in: snapshot).contains(provider)
        }
        return isInService || isInDaemon
            || snapshot.list(TaskRecord.self, prefix: "\(cluster)/").contains { task in
                task.lastStatus != .stopped && task.capacityProviderName == provider
            }
    }
}

extension WireError {
    /// Observed: these words.
    static func unknownCapacityProvider(_ name: String) -> WireError {
        .invalidParameter(
            "The specified capacity provider '\(name)' was not found. Specify a valid name or ARN and try again.")
    }
}
