import AWSModels
import AWSWire
import State

/// Rules for capacity provider strategies: a cluster's default one, a service's, and RunTask's.
/// Source: Amazon ECS API Reference, CapacityProviderStrategyItem; Developer Guide, Capacity provider strategies.
enum CapacityProviderStrategies {
    /// Source: Amazon ECS API Reference, CreateService (capacityProviderStrategy).
    private static let maximumItems = 20

    /// A strategy with its defaults, and names in place of ARNs; empty for none.
    /// - Parameter associated: the cluster's providers.
    /// - Throws: `InvalidParameterException` for a strategy the cluster cannot have.
    static func checked(
        _ strategy: [ECS.CapacityProviderStrategyItem]?, associated: [String], in snapshot: Snapshot
    ) throws(WireError) -> [ECS.CapacityProviderStrategyItem] {
        guard let strategy, !strategy.isEmpty else { return [] }
        guard strategy.count <= maximumItems else {
            throw .invalidParameter(
                "A capacity provider strategy cannot have more than \(maximumItems) capacity providers.")
        }
        var items: [ECS.CapacityProviderStrategyItem] = []
        var providers: [CapacityProviderRecord] = []
        for item in strategy {
            let provider = try provider(item.capacityProvider, associated, snapshot)
            guard !providers.contains(where: { $0.name == provider.name }) else {
                throw .invalidParameter("A capacity provider strategy cannot name a capacity provider twice.")
            }
            providers.append(provider)
            items.append(
                ECS.CapacityProviderStrategyItem(
                    capacityProvider: provider.name, weight: item.weight ?? 0, base: item.base ?? 0))
        }
        try checkMix(providers)
        try checkNumbers(items)
        return items
    }

    private static func provider(
        _ text: String, _ associated: [String], _ snapshot: Snapshot
    ) throws(WireError) -> CapacityProviderRecord {
        let name = try CapacityProviderReference.name(text, snapshot.realm)
        guard let provider = snapshot.capacityProvider(name), provider.status == .active else {
            throw .unknownCapacityProvider(text)
        }
        guard associated.contains(name) else {
            throw .invalidParameter(
                "The specified capacity provider strategy cannot contain a capacity provider that is not associated "
                    + "with the cluster. Associate the capacity provider with the cluster and try again.")
        }
        return provider
    }

    /// Observed: the words for groups beside Fargate.
    private static func checkMix(_ providers: [CapacityProviderRecord]) throws(WireError) {
        let hasFargate = providers.contains(where: \.isFargate)
        let hasGroups = providers.contains { $0.type == .ec2Autoscaling }
        guard !(hasFargate && hasGroups) else {
            throw .invalidParameter(
                "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and "
                    + "Fargate providers. Specify one or the other and try again.")
        }
        guard !providers.contains(where: { $0.type == .managedInstances }) || !(hasFargate || hasGroups) else {
            throw .invalidParameter(
                "A capacity provider strategy cannot contain a mix of Amazon ECS Managed Instances and other capacity "
                    + "providers. Specify one or the other and try again.")
        }
    }

    private static func checkNumbers(_ items: [ECS.CapacityProviderStrategyItem]) throws(WireError) {
        guard items.count(where: { ($0.base ?? 0) > 0 }) <= 1 else {
            throw .invalidParameter("Only one capacity provider in a capacity provider strategy can have a base.")
        }
        guard items.contains(where: { ($0.weight ?? 0) > 0 }) else {
            throw .invalidParameter(
                "The specified capacity provider strategy must contain a capacity provider with a weight above 0.")
        }
    }
}
