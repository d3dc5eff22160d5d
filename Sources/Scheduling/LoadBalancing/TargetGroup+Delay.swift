import State

extension TargetGroupRecord {
    /// How long a target of the group drains, in seconds.
    /// Source: Elastic Load Balancing API Reference, TargetGroupAttribute: 0 to 3,600, 300 unless set.
    package var deregistrationDelaySeconds: Int {
        attributes["deregistration_delay.timeout_seconds"].flatMap { Int($0) } ?? 300
    }
}
