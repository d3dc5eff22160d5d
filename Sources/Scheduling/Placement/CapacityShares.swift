import AWSModels
import State

/// Shares tasks out to the capacity providers of a strategy: first its base to the one that has one, then the rest by
/// weight. A provider without room keeps its share: another one does not take its tasks.
/// Source: Amazon ECS Developer Guide, Capacity provider strategies.
package struct CapacityShares: Sendable {
    private let strategy: [ECS.CapacityProviderStrategyItem]
    private var counts: [String: Int]

    /// - Parameter counts: the tasks each provider has already, by its name; empty for a call of RunTask.
    package init(_ strategy: [ECS.CapacityProviderStrategyItem], counts: [String: Int] = [:]) {
        self.strategy = strategy
        self.counts = counts
    }

    /// The provider that is to take the next task; nil for a strategy that gives nobody any.
    package var next: String? {
        if let first = strategy.first(where: { count($0) < $0.base ?? 0 }) { return first.capacityProvider }
        let sharing = strategy.filter { ($0.weight ?? 0) > 0 }
        return sharing.min { load($0) < load($1) }?.capacityProvider
    }

    /// Counts a task with a provider.
    package mutating func add(_ provider: String) { counts[provider, default: 0] += 1 }

    /// The providers that have tasks, the one that has the most above its share first: tasks go from there when there
    /// are too many.
    package var shrinkOrder: [String] {
        let position = Dictionary(
            strategy.enumerated().map { ($1.capacityProvider, $0) }, uniquingKeysWith: { first, _ in first })
        return counts.keys.sorted { a, b in
            let (left, right) = (excess(a), excess(b))
            if left != right { return left > right }
            let (first, second) = (position[a] ?? strategy.count, position[b] ?? strategy.count)
            return first != second ? first > second : a < b
        }
    }

    private func count(_ item: ECS.CapacityProviderStrategyItem) -> Int { counts[item.capacityProvider] ?? 0 }

    /// The tasks beyond the base for each unit of weight.
    private func load(_ item: ECS.CapacityProviderStrategyItem) -> Double {
        Double(count(item) - (item.base ?? 0)) / Double(item.weight ?? 0)
    }

    /// How far a provider is above its share. One that the strategy gives nothing is farthest; a base goes last.
    private func excess(_ provider: String) -> Double {
        guard let item = strategy.first(where: { $0.capacityProvider == provider }) else { return .infinity }
        if count(item) <= item.base ?? 0 { return -1 }
        return item.weight ?? 0 > 0 ? load(item) : .infinity
    }
}
