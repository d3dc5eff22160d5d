import AWSWire

/// The balancing of a service's tasks over the zones, while it goes on.
/// Source: Amazon ECS Developer Guide, Balancing an Amazon ECS service across Availability Zones.
package struct RebalancingState: Stored, Equatable {
    /// How many tasks the service has beyond its desired count: each is to take the place of one in a fuller zone.
    package var extraTasks = 0
    /// How often in a row tasks were started without one being stopped for them: the wait grows with them.
    package var attempts = 0
    /// No task is started for balance before.
    package var notBefore: Timestamp?

    package init() {}

    package static let fields = FieldTable<RebalancingState>([
        .init("extraTasks", \.extraTasks),
        .init("attempts", \.attempts),
        .init("notBefore", \.notBefore),
    ])
}
