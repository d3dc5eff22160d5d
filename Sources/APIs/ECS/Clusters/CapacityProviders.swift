import AWSModels
import AWSWire

/// Rules for the capacity providers a cluster names.
enum CapacityProviders {
    /// The providers every region has.
    /// Source: Amazon ECS Developer Guide, Fargate capacity providers.
    static let predefined: Set<String> = ["FARGATE", "FARGATE_SPOT"]

    /// Source: Amazon ECS API Reference, CreateCluster (defaultCapacityProviderStrategy).
    private static let maximumStrategyItems = 20

    /// - Throws: `InvalidParameterException` for a provider that does not exist.
    static func checked(_ names: [String]?) throws(WireError) -> [String] {
        for name in names ?? [] where !predefined.contains(name) {
            throw .invalidParameter(
                "The specified capacity provider '\(name)' was not found. Specify a valid name or ARN and try again.")
        }
        return names ?? []
    }

    /// - Parameter associated: the cluster's providers.
    /// - Throws: `InvalidParameterException` for a strategy the cluster cannot have.
    static func checked(
        _ strategy: [ECS.CapacityProviderStrategyItem]?, associated: [String]
    ) throws(WireError) -> [ECS.CapacityProviderStrategyItem] {
        guard let strategy, !strategy.isEmpty else { return [] }
        guard strategy.count <= maximumStrategyItems else {
            throw .invalidParameter(
                "A capacity provider strategy cannot have more than \(maximumStrategyItems) capacity providers.")
        }
        guard strategy.allSatisfy({ associated.contains($0.capacityProvider) }) else {
            throw .invalidParameter(
                "The specified capacity provider strategy cannot contain a capacity provider that is not associated "
                    + "with the cluster. Associate the capacity provider with the cluster and try again.")
        }
        guard strategy.count(where: { ($0.base ?? 0) > 0 }) <= 1 else {
            throw .invalidParameter("Only one capacity provider in a capacity provider strategy can have a base.")
        }
        guard strategy.contains(where: { ($0.weight ?? 0) > 0 }) || strategy.allSatisfy({ $0.weight == nil }) else {
            throw .invalidParameter(
                "The specified capacity provider strategy must contain a capacity provider with a weight above 0.")
        }
        return strategy.map { item in
            ECS.CapacityProviderStrategyItem(
                capacityProvider: item.capacityProvider, weight: item.weight ?? 0, base: item.base ?? 0)
        }
    }
}
