import AWSWire

/// A CloudWatch alarm, as far as deployments watch it.
///
/// Nothing in the region evaluates alarms yet: whoever does writes the state here, and the services and daemons that
/// watch the alarm are looked at.
package struct AlarmRecord: Record {
    /// Source: Amazon CloudWatch API Reference, MetricAlarm (StateValue).
    package enum State: String, Sendable {
        case ok = "OK"
        case alarm = "ALARM"
        case insufficientData = "INSUFFICIENT_DATA"
    }

    package var name = ""
    package var state = State.insufficientData
    package var stateUpdatedAt = Timestamp(milliseconds: 0)
    /// How long a period of the metric is.
    package var periodSeconds = 60
    /// How many periods are compared with the threshold.
    package var evaluationPeriods = 1

    package init() {}

    package var key: Key<AlarmRecord> { AlarmRecord.key(name) }

    /// A name may hold any character; a key's part no slash.
    package static func key(_ name: String) -> Key<AlarmRecord> {
        Key(name.replacing("%", with: "%25").replacing("/", with: "%2F"))
    }

    package static let fields = FieldTable<AlarmRecord>([
        .init("name", \.name),
        .init("state", \.state),
        .init("stateUpdatedAt", \.stateUpdatedAt),
        .init("periodSeconds", \.periodSeconds),
        .init("evaluationPeriods", \.evaluationPeriods),
    ])
}
