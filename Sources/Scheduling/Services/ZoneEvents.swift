/// What a service says of the balance of its zones, in ECS's words.
/// Source: Amazon ECS Developer Guide, Amazon ECS Availability Zone service rebalancing service event messages.
package enum ZoneEvents {
    /// The balancing begins.
    package static func begun(_ counts: [ZoneCount]) -> String {
        let rest = counts.dropFirst().map { "\($0.tasks) in \($0.zone)" }
        return "is not AZ balanced with \(list(counts.prefix(1).map(text) + rest)). AZ Rebalancing in progress."
    }

    /// The balancing is complete.
    package static func completed(_ counts: [ZoneCount]) -> String {
        "is AZ balanced with \(list(counts.map(text)))."
    }

    /// - Parameter names: the tasks, each as events name it.
    package static func started(_ count: Int, in zone: String, _ names: String) -> String {
        "has started \(count) tasks in \(zone) to AZ Rebalance: \(names)."
    }

    /// - Parameter names: the tasks, each as events name it.
    package static func stopped(_ count: Int, in zone: String, _ names: String) -> String {
        "has stopped \(count) running tasks in \(zone) due to AZ rebalancing: \(names)."
    }

    private static func text(_ count: ZoneCount) -> String { "\(count.tasks) tasks in \(count.zone)" }

    private static func list(_ parts: [String]) -> String {
        switch parts.count {
        case 0...1: parts.joined()
        case 2: parts.joined(separator: " and ")
        default: parts.dropLast().joined(separator: ", ") + ", and " + (parts.last ?? "")
        }
    }
}
