import AWSWire

/// What DescribeServices shows of a service's deployments and task sets, a line for each.
struct ServiceLook {
    private let service: JSONValue

    init(_ service: JSONValue) {
        self.service = service
    }

    var lines: [(id: String, text: String)] {
        (service["deployments"]?.arrayValue ?? []).reversed().map(deployment)
            + (service["taskSets"]?.arrayValue ?? []).map(taskSet)
    }

    private func deployment(_ deployment: JSONValue) -> (id: String, text: String) {
        let failed = deployment["failedTasks"]?.intValue ?? 0
        let state = deployment["rolloutState"]?.stringValue ?? ""
        let reason = deployment["rolloutStateReason"]?.stringValue ?? ""
        let isPlain = reason.hasSuffix(" in progress.") || reason.hasSuffix(" completed.")
        let id = text(deployment, "id")
        return (
            id,
            "deployment \(id) \(text(deployment, "status")) \(definition(deployment)) \(state)"
                + ": \(counts(deployment, of: "desiredCount"))\(failed > 0 ? ", \(failed) failed" : "")"
                + (isPlain ? "" : " - \(reason)")
        )
    }

    private func taskSet(_ set: JSONValue) -> (id: String, text: String) {
        let id = text(set, "id")
        return (
            id,
            "task set \(id) \(text(set, "status")) \(definition(set)) \(text(set, "stabilityStatus"))"
                + ": \(counts(set, of: "computedDesiredCount"))"
        )
    }

    private func text(_ value: JSONValue, _ name: String) -> String { value[name]?.stringValue ?? "" }

    /// `web:1`
    private func definition(_ value: JSONValue) -> String {
        String(text(value, "taskDefinition").split(separator: "/").last ?? "")
    }

    private func counts(_ value: JSONValue, of wanted: String) -> String {
        let number = { (name: String) in value[name]?.intValue ?? 0 }
        let pending = number("pendingCount")
        return "\(number("runningCount")) running\(pending > 0 ? ", \(pending) pending" : "") of \(number(wanted))"
    }
}
