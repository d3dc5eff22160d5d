import AWSWire
import NodeLink

/// One target's health: what it is, and how many checks in a row said otherwise.
/// Source: Application Load Balancers guide, "Health checks for your target groups".
struct TargetHealth: Sendable, Equatable, Codable {
    var state: BalancerHealth.State
    var reason: String?
    var description: String?
    /// Checks in a row.
    var passes = 0
    var failures = 0
    /// Since when it has been healthy.
    var healthySince: Timestamp?

    static let initial = TargetHealth(
        state: .initial, reason: "Elb.RegistrationInProgress", description: "Target registration is in progress")
    static let draining = TargetHealth(
        state: .draining, reason: "Target.DeregistrationInProgress",
        description: "Target deregistration is in progress")
    static let unchecked = TargetHealth(
        state: .unavailable, reason: "Target.HealthCheckDisabled", description: "Health checks are not enabled")

    /// Takes a check in.
    mutating func take(_ result: CheckResult, _ check: BalancerConfiguration.HealthCheck, at now: Timestamp) {
        switch result {
        case .passed: pass(check, at: now)
        case .failed(let failure): fail(failure, check)
        }
    }

    private mutating func pass(_ check: BalancerConfiguration.HealthCheck, at now: Timestamp) {
        failures = 0
        passes += 1
        switch state {
        // A new target is healthy after one check, whatever the threshold says.
        case .initial: become(.healthy, nil, at: now)
        case .unhealthy, .unhealthyDraining:
            if passes >= check.healthyThreshold { become(.healthy, nil, at: now) }
        case .healthy, .draining, .unavailable: return
        }
    }

    private mutating func fail(_ failure: CheckFailure, _ check: BalancerConfiguration.HealthCheck) {
        passes = 0
        failures += 1
        switch state {
        case .initial where failures < check.unhealthyThreshold:
            reason = "Elb.InitialHealthChecking"
            description = "Initial health checks in progress"
        case .healthy where failures < check.unhealthyThreshold: return
        case .draining, .unavailable: return
        case .initial, .healthy: become(.unhealthy, failure)
        case .unhealthy, .unhealthyDraining:
            reason = failure.reason
            description = failure.description
        }
    }

    private mutating func become(
        _ new: BalancerHealth.State, _ failure: CheckFailure?, at now: Timestamp? = nil
    ) {
        state = new
        reason = failure?.reason
        description = failure?.description
        healthySince = now
        passes = 0
        failures = 0
    }
}
