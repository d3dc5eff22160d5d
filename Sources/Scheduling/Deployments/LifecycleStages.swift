import AWSModels
import AWSWire
import State

/// The stages of a deployment that shifts traffic, and how it shifts.
/// Source: Amazon ECS Developer Guide, Lifecycle stages of blue/green, linear and canary service deployments.
extension ServiceDeploymentRecord {
    /// Every stage, in order.
    static let stages: [ECS.ServiceDeploymentLifecycleStage] = [
        .reconcileService, .preScaleUp, .scaleUp, .postScaleUp, .testTrafficShift, .postTestTrafficShift,
        .productionTrafficShift, .postProductionTrafficShift, .bakeTime, .cleanUp,
    ]
    /// A service that has no older revision has nothing to shift: its tasks are started, and that is all.
    private static let firstStages: [ECS.ServiceDeploymentLifecycleStage] = [.scaleUp, .cleanUp]
    /// How long a stage may take.
    static let stageLimit: Duration = .seconds(24 * 3_600)

    /// Whether it is in the hands of `TrafficShift`: a roll-back and a service without a strategy roll.
    package var shiftsTraffic: Bool {
        guard isOpen, rollbackRevision == nil else { return false }
        return configuration.strategy == .blueGreen || configuration.strategy == .linear
            || configuration.strategy == .canary
    }

    /// The stages of this deployment.
    var ownStages: [ECS.ServiceDeploymentLifecycleStage] {
        guard !sources.isEmpty else { return ServiceDeploymentRecord.firstStages }
        return sources.count > 1 ? ServiceDeploymentRecord.stages : Array(ServiceDeploymentRecord.stages.dropFirst())
    }

    /// Whether the deployment has come to `stage`, or past it.
    func hasReached(_ stage: ECS.ServiceDeploymentLifecycleStage) -> Bool {
        guard let lifecycleStage, let now = ServiceDeploymentRecord.stages.firstIndex(of: lifecycleStage),
            let then = ServiceDeploymentRecord.stages.firstIndex(of: stage)
        else { return false }
        return now >= then
    }

    /// How much of production's traffic moves in the first step, in percent, and in each one after it.
    /// Source: Amazon ECS API Reference, LinearConfiguration and CanaryConfiguration.
    var steps: (first: Double, next: Double) {
        switch configuration.strategy {
        case .linear?:
            let step = configuration.linearConfiguration?.stepPercent ?? 10
            return (step, step)
        case .canary?: return (configuration.canaryConfiguration?.canaryPercent ?? 5, 100)
        default: return (100, 100)
        }
    }

    /// How long a step is looked at before the next.
    var stepBakeTime: Duration {
        let minutes =
            configuration.strategy == .linear
            ? configuration.linearConfiguration?.stepBakeTimeInMinutes ?? 6
            : configuration.canaryConfiguration?.canaryBakeTimeInMinutes ?? 10
        return .seconds(minutes * 60)
    }

    /// How long both revisions run after the traffic has moved.
    var bakeTime: Duration { .seconds((configuration.bakeTimeInMinutes ?? 0) * 60) }
}

extension ECS.DeploymentLifecycleHook {
    /// How long a hook waits for its answer when it does not say.
    /// Source: Amazon ECS API Reference, DeploymentLifecycleHookTimeoutConfiguration.
    static let defaultTimeoutMinutes = 1_440

    /// How long the hook waits for its answer.
    var timeout: Duration {
        .seconds((timeoutConfiguration?.timeoutInMinutes ?? Self.defaultTimeoutMinutes) * 60)
    }
}
