import AWSModels
import State

/// Strategies as a search understands them: first spreads over attributes, which concern whole classes of instances,
/// then at most one rule for single instances.
struct StrategyOrder: Sendable, Equatable {
    /// How one instance of a class is preferred to another.
    enum Rule: Sendable, Equatable {
        /// The one with the fewest tasks of the group.
        case fewestOfGroup
        /// `binpack`: the one that has least left.
        case leastLeft(Room.Lane)
        case random
    }

    /// The attributes that tasks are spread over, in order.
    private(set) var attributes: [String] = []
    private(set) var rule = Rule.fewestOfGroup

    /// No attributes and no counts: whatever is found first.
    static let anywhere = StrategyOrder(rule: .random)

    /// Spread over zones, then instances.
    /// Source: Amazon ECS API Reference, CreateService: the scheduler balances across Availability Zones by default.
    static let standard: [ECS.PlacementStrategy] = [
        ECS.PlacementStrategy(type: .spread, field: "attribute:ecs.availability-zone"),
        ECS.PlacementStrategy(type: .spread, field: "instanceId"),
    ]

    private init(rule: Rule) { self.rule = rule }

    /// - Returns: nil for strategies in another order: those are applied one by one to all instances.
    init?(_ strategies: [ECS.PlacementStrategy]) {
        var rules: [Rule] = []
        for strategy in strategies.isEmpty ? StrategyOrder.standard : strategies {
            guard let attribute = StrategyOrder.attribute(of: strategy) else {
                rules.append(StrategyOrder.rule(of: strategy))
                continue
            }
            guard rules.isEmpty, !InstanceClass.attributesOfOneHost.contains(attribute) else { return nil }
            attributes.append(attribute)
        }
        guard rules.count < 2 else { return nil }
        rule = rules.first ?? .fewestOfGroup
    }

    /// The attribute of a spread over one.
    private static func attribute(of strategy: ECS.PlacementStrategy) -> String? {
        let prefix = "attribute:"
        guard strategy.type == .spread, let field = strategy.field, field.hasPrefix(prefix) else { return nil }
        return String(field.dropFirst(prefix.count))
    }

    private static func rule(of strategy: ECS.PlacementStrategy) -> Rule {
        switch strategy.type {
        case .random?: .random
        case .binpack?: .leastLeft(strategy.field?.lowercased() == "cpu" ? .cpu : .memoryMiB)
        case .spread?, nil: .fewestOfGroup
        }
    }
}
