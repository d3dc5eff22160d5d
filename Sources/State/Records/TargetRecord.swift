import AWSModels
import AWSWire

/// A target of a target group: an address or an instance, and a port.
package struct TargetRecord: Record {
    /// The target group's key: `NAME/ID`.
    package var targetGroup = ""
    /// An instance's id, or an address.
    package var id = ""
    /// The port that was given, or the group's at the time of the registration.
    package var port = 0
    /// `all` for an address outside the VPC; nil for the zone that the address or the instance is in.
    package var availabilityZone: String?
    package var registeredAt = Timestamp(milliseconds: 0)
    /// Desired: since when the target is draining; nil for one that is registered. It is removed when the group's
    /// deregistration delay is over.
    package var drainingSince: Timestamp?
    /// Observed: that a node has told that nothing is in flight any more.
    package var isDrained = false
    /// Observed: what the checks say. Of several nodes that check, see `TargetRecord.judge`.
    package var health = TargetHealthState()
    /// Observed: what each node said last.
    package var reports: [TargetReport] = []
    /// The key of the task that a service registered; nil for a target that somebody else did.
    package var task: String?
    /// The key of that task's service, until the service has said that the target is deregistered.
    package var service: String?

    package init() {}

    package static func key(
        _ group: Key<TargetGroupRecord>, _ id: String, _ port: Int
    ) -> Key<TargetRecord> { Key(group.path, id, String(port)) }
    package var key: Key<TargetRecord> { TargetRecord.key(targetGroupKey, id, port) }

    /// The key of the target group.
    package var targetGroupKey: Key<TargetGroupRecord> { Key(path: targetGroup) }

    /// What the target is meant to be.
    package var desiredState: TargetDesiredState { drainingSince.map { .draining(since: $0) } ?? .registered }

    package static let indexes = [
        IndexDefinition<TargetRecord>(.targetByID) { "\($0.id)/" },
        // In a group the first to drain is the first to go.
        IndexDefinition<TargetRecord>(.targetByDrainStart) { target in
            target.drainingSince.map { "\(target.targetGroup)/\(paddedTime($0))/" }
        },
        IndexDefinition<TargetRecord>(.targetByService) { target in
            target.service.map { service in
                let state = target.drainingSince == nil ? "registered/\(target.health.state.rawValue)" : "draining"
                return "\(service)/\(state)/"
            }
        },
    ]

    package static let fields = FieldTable<TargetRecord>([
        .init("targetGroup", \.targetGroup),
        .init("id", \.id),
        .init("port", \.port),
        .init("availabilityZone", \.availabilityZone),
        .init("registeredAt", \.registeredAt),
        .init("drainingSince", \.drainingSince),
        .init("isDrained", \.isDrained),
        .init("health", \.health),
        .init("reports", \.reports),
        .init("task", \.task),
        .init("service", \.service),
    ])
}

/// What a target is meant to be.
package enum TargetDesiredState: Sendable, Equatable {
    case registered
    case draining(since: Timestamp)
}

/// What the checks say of a target.
package struct TargetHealthState: Stored, Equatable {
    /// `initial` until the first check that decides something.
    package var state = ELB.TargetHealthStateEnum.initial
    package var reason: ELB.TargetHealthReasonEnum?
    /// In the words of Elastic Load Balancing; nil when the state says all.
    package var description: String?
    package var since = Timestamp(milliseconds: 0)

    package init() {}

    package init(
        _ state: ELB.TargetHealthStateEnum, reason: ELB.TargetHealthReasonEnum?, description: String?,
        since: Timestamp
    ) {
        self.state = state
        self.reason = reason
        self.description = description
        self.since = since
    }

    /// What a target begins with.
    package static func registering(at now: Timestamp) -> TargetHealthState {
        TargetHealthState(
            .initial, reason: .elbRegistrationInProgress, description: "Target registration is in progress", since: now)
    }

    package static let fields = FieldTable<TargetHealthState>([
        .init("state", \.state),
        .init("reason", \.reason),
        .init("description", \.description),
        .init("since", \.since),
    ])
}
