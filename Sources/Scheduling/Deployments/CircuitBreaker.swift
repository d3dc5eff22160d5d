import AWSModels
import State

/// The deployment circuit breaker: how many consecutive tasks may fail.
/// Source: Amazon ECS Developer Guide, Deployment circuit breaker; Amazon ECS API Reference, ThresholdConfiguration.
package enum CircuitBreaker {
    /// The bounds of a threshold that is a share of the desired count.
    static let bounds = 3...200

    /// The number of failed tasks at which a deployment of a service that wants `desiredCount` tasks has failed: at
    /// least one.
    package static func threshold(_ breaker: ECS.DeploymentCircuitBreaker?, desiredCount: Int) -> Int {
        let value = breaker?.thresholdConfiguration?.value ?? 50
        let share = (desiredCount * value + 99) / 100
        switch breaker?.thresholdConfiguration?.type {
        case .count?: return max(1, value)
        case .unboundedPercent?: return max(1, share)
        case .boundedPercent?, nil: return min(max(share, bounds.lowerBound), bounds.upperBound)
        }
    }

    /// Whether the breaker has tripped for the primary deployment.
    static func isTripped(_ service: ServiceRecord, _ primary: DeploymentState) -> Bool {
        let breaker = service.settings.deploymentConfiguration.deploymentCircuitBreaker
        return breaker?.enable ?? false
            && primary.failedTasks >= threshold(breaker, desiredCount: service.desiredCount)
    }

    /// The primary deployment's count of failed tasks after a look at its healthy ones: one healthy task more than
    /// before ends the series, unless the service says that nothing does.
    /// - Returns: nil when nothing changes.
    static func recount(_ service: ServiceRecord, _ primary: DeploymentState, healthy: Int) -> FailureCount? {
        let breaker = service.settings.deploymentConfiguration.deploymentCircuitBreaker
        guard primary.failedTasks > 0, breaker?.resetOnHealthyTask ?? true else { return nil }
        guard let before = primary.healthyTasks, healthy <= before else {
            return primary.healthyTasks == nil
                ? FailureCount(failedTasks: primary.failedTasks, healthyTasks: healthy)
                : FailureCount(failedTasks: 0, healthyTasks: nil)
        }
        return healthy == before ? nil : FailureCount(failedTasks: primary.failedTasks, healthyTasks: healthy)
    }
}
