import State

/// What a service action event says.
/// Source: Amazon ECS Developer Guide, Amazon ECS service action events.
struct ServiceAction {
    let name: String
    /// `INFO`, `WARN` or `ERROR`.
    let type: String
    /// For example `RESOURCE:CPU`.
    var reason: String?

    init(name: String, type: String, reason: String? = nil) {
        self.name = name
        self.type = type
        self.reason = reason
    }

    /// The action that a message of the service's own event list stands for; nil for one that is only told there.
    init?(message: String, of service: String) {
        let start = "(service \(service)) "
        guard message.hasPrefix(start) else { return nil }
        let text = message.dropFirst(start.count)
        guard let (_, name, type) = ServiceAction.starts.first(where: { text.hasPrefix($0.text) }) else { return nil }
        self.init(name: name, type: type)
        if type == "ERROR" { reason = ServiceAction.reasons.first { text.contains($0.text) }?.reason }
    }

    /// How the messages begin that are actions as well.
    private static let starts: [(text: String, name: String, type: String)] = [
        ("has reached a steady state", "SERVICE_STEADY_STATE", "INFO"),
        ("is not AZ balanced", "SERVICE_REBALANCING_STARTED", "INFO"),
        ("is AZ balanced", "SERVICE_REBALANCING_COMPLETED", "INFO"),
        ("has started", "TASKS_STARTED", "INFO"),
        ("has stopped", "TASKS_STOPPED", "INFO"),
        ("stopped", "TASKS_STOPPED", "INFO"),
        ("was unable to place", "SERVICE_TASK_PLACEMENT_FAILURE", "ERROR"),
        ("is unable to consistently start tasks", "SERVICE_TASK_START_IMPAIRED", "WARN"),
    ]

    /// What a placement failure's text means in a word.
    private static let reasons: [(text: String, reason: String)] = [
        ("insufficient CPU", "RESOURCE:CPU"),
        ("insufficient memory", "RESOURCE:MEMORY"),
        ("already using a port", "RESOURCE:PORTS"),
        ("missing an attribute", "ATTRIBUTE"),
        ("\"AGENT\"", "AGENT"),
        ("\"RESOURCE:GPU\"", "RESOURCE:GPU"),
        ("\"RESOURCE:ENI\"", "RESOURCE:ENI"),
        ("\"LOCATION\"", "LOCATION"),
        ("No Container Instances", "NO ACTIVE INSTANCES"),
    ]
}
