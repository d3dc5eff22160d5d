/// The whole set of one target group's targets. Sent for each group after a configuration, and when it changes.
package struct BalancerTargets: Codable, Sendable, Equatable {
    /// Grows with every change, like the configuration's.
    package var revision: Int
    package var targetGroup: String
    package var targets: [Target]

    package init(revision: Int, targetGroup: String, targets: [Target]) {
        self.revision = revision
        self.targetGroup = targetGroup
        self.targets = targets
    }

    package enum State: String, Codable, Sendable {
        case active
        /// No new requests; those in flight may end until the target is no longer in the set.
        case draining
    }

    /// Where requests go. Id and port together are unique in a group.
    package struct Target: Codable, Sendable, Equatable {
        /// An instance's id or an address: as registered.
        package var id: String
        /// Where it is reached.
        package var address: String
        /// 1 to 65535.
        package var port: Int
        package var state: State
        /// For example `us-east-1a`; nil: of every zone.
        package var zone: String?

        package init(id: String, address: String, port: Int, state: State, zone: String?) {
            self.id = id
            self.address = address
            self.port = port
            self.state = state
            self.zone = zone
        }
    }
}
