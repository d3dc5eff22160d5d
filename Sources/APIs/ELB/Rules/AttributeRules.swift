import AWSModels
import AWSWire
import State

/// Checks attributes that a request sets.
enum AttributeRules {
    /// The pairs of a request, each key once.
    /// - Parameters:
    ///   - kind: for messages: `Load balancer`, `Target group` or `Listener`.
    ///   - others: the tables of the other types, whose keys are known but not for this one.
    static func checked(
        _ attributes: [(key: String?, value: String?)], _ table: AttributeTable, _ kind: String,
        others: [AttributeTable]
    ) throws(WireError) -> [(key: String, value: String)] {
        var result: [(key: String, value: String)] = []
        for attribute in attributes {
            let (key, value) = (attribute.key ?? "", attribute.value ?? "")
            guard let definition = table.definition(key) else {
                guard others.contains(where: { $0.definition(key) != nil }) else {
                    throw .validationError("\(kind) attribute key '\(key)' is not recognized")
                }
                throw .invalidConfigurationRequest("\(kind) attribute key '\(key)' is not supported on this type")
            }
            guard !result.contains(where: { $0.key == key }) else {
                throw .validationError("\(kind) attribute key '\(key)' is specified more than once")
            }
            let isPrintable = value.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
            guard isPrintable, definition.accepts(value) else {
                throw .validationError(
                    "\(kind) attribute '\(key)' has the value '\(value)', but must be \(definition.requirement)")
            }
            result.append((key, value))
        }
        return result
    }

    /// Rules between the attributes of a load balancer.
    static func check(_ record: LoadBalancerRecord) throws(WireError) {
        for logs in ["access_logs", "connection_logs", "health_check_logs"]
        where record.attribute("\(logs).s3.enabled") == "true" && record.attribute("\(logs).s3.bucket").isEmpty {
            throw .invalidConfigurationRequest("An S3 bucket must be specified to enable \(logs)")
        }
    }

    /// Rules between the attributes of a target group.
    static func check(_ group: TargetGroupRecord) throws(WireError) {
        let algorithm = group.attribute("load_balancing.algorithm.type")
        if group.attribute("slow_start.duration_seconds") != "0", algorithm != "round_robin", !algorithm.isEmpty {
            throw .invalidConfigurationRequest("Slow start cannot be enabled with the algorithm '\(algorithm)'")
        }
        if group.attribute("load_balancing.algorithm.anomaly_mitigation") == "on", algorithm != "weighted_random" {
            throw .invalidConfigurationRequest(
                "Anomaly mitigation can only be enabled with the algorithm 'weighted_random'")
        }
        if group.attribute("stickiness.enabled") == "true" { try checkStickiness(group) }
        let terminates = "target_health_state.unhealthy.connection_termination.enabled"
        let interval = group.attribute("target_health_state.unhealthy.draining_interval_seconds")
        if group.attribute(terminates) == "true", interval != "0" {
            throw .invalidConfigurationRequest(
                "A draining interval can only be set when '\(terminates)' is false")
        }
    }

    private static func checkStickiness(_ group: TargetGroupRecord) throws(WireError) {
        if group.protocol == .tls {
            throw .invalidConfigurationRequest("Stickiness is not supported on target groups of protocol 'TLS'")
        }
        guard group.attribute("stickiness.type") == "app_cookie" else { return }
        let name = group.attribute("stickiness.app_cookie.cookie_name")
        // Source: RFC 6265, section 4.1.1, cookie-name, a token of RFC 2616.
        let marks = Set("!#$%&'*+-.^_`|~")
        let isToken = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || marks.contains($0) }
        guard !name.isEmpty, isToken, !name.hasPrefix("AWSALB") else {
            throw .invalidConfigurationRequest("The cookie name '\(name)' of application-based stickiness is not valid")
        }
    }
}
