import AWSModels
import State

/// Whether the roll-out of a service's primary deployment has failed, and why. One that is over, or was never begun by
/// a service deployment, does not fail any more.
/// Source: Amazon ECS Developer Guide, Deployment failure detection.
func evaluateFailure(_ view: ServiceView, _ primary: DeploymentState) -> DeploymentFailure? {
    guard primary.rolloutState == .inProgress else { return nil }
    switch view.deployment?.status {
    case .rollbackRequested?: return .rollbackRequested
    case .stopRequested?: return .stopRequested
    default: break
    }
    if CircuitBreaker.isTripped(view.service, primary) { return .circuitBreaker }
    // Alarms that are in ALARM when it begins are not watched.
    let isWatched = view.deployment?.alarms == .monitoring && view.deployment?.status == .inProgress
    return isWatched && !view.firingAlarms.isEmpty ? .alarms(view.firingAlarms) : nil
}

extension DeploymentFailure {
    /// Whether a failure of this kind brings the last completed revision back.
    package func rollsBack(_ configuration: ECS.DeploymentConfiguration) -> Bool {
        switch self {
        case .circuitBreaker: configuration.deploymentCircuitBreaker?.rollback ?? false
        case .alarms: configuration.alarms?.rollback ?? false
        case .rollbackRequested, .hookTimedOut, .stageTimedOut: true
        case .stopRequested: false
        }
    }

    /// What `rolloutStateReason` says of the deployment that failed.
    /// Source: Amazon ECS Developer Guide, Troubleshooting Amazon ECS blue/green deployments, for hooks. Observed: the
    /// first of these; the others follow its form.
    package var rolloutReason: String {
        switch self {
        case .circuitBreaker: "ECS deployment circuit breaker: tasks failed to start."
        case .alarms(let names): "ECS deployment alarm: alarms detected: \(names.joined(separator: ", "))."
        case .rollbackRequested: "ECS deployment rolled back by user."
        case .stopRequested: "ECS deployment stopped by user."
        case .hookTimedOut(let stage):
            "Service deployment rolled back because \(stage.rawValue) pause hook timed out."
        case .stageTimedOut(let stage): "ECS deployment timed out in lifecycle stage \(stage.rawValue)."
        }
    }

    /// What the `rolloutStateReason` of a roll-back begins with.
    package var rollbackStart: String {
        switch self {
        case .circuitBreaker: "ECS deployment circuit breaker"
        case .alarms: "ECS deployment alarm"
        case .rollbackRequested, .stopRequested, .hookTimedOut, .stageTimedOut: "ECS deployment"
        }
    }

    /// What the service's event says, after the deployment's name.
    package var eventText: String {
        switch self {
        case .circuitBreaker: "deployment failed: tasks failed to start."
        case .alarms: "deployment failed: alarm detected."
        case .rollbackRequested: "deployment failed: rollback requested by user."
        case .stopRequested: "deployment failed: stopped by user."
        case .hookTimedOut: "deployment failed: lifecycle hook timed out."
        case .stageTimedOut: "deployment failed: lifecycle stage timed out."
        }
    }
}
