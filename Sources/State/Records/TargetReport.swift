import AWSModels
import AWSWire

/// What one balancer node says of a target.
package struct TargetReport: Stored, Equatable {
    /// The node's name.
    package var node = ""
    package var health = TargetHealthState()

    package init() {}

    package init(node: String, health: TargetHealthState) {
        self.node = node
        self.health = health
    }

    package static let fields = FieldTable<TargetReport>([
        .init("node", \.node),
        .init("health", \.health),
    ])
}
