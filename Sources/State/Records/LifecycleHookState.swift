import AWSModels
import AWSWire

/// A lifecycle hook that a deployment met.
/// Source: Amazon ECS API Reference, DeploymentLifecycleHookDetail.
package struct LifecycleHookState: Stored {
    /// `ecs-pause-` and 43 letters, digits, hyphens and underscores.
    /// Source: Amazon ECS Developer Guide, Pause hooks for Amazon ECS service deployments: examples.
    package var id = ""
    /// Which of the configured hooks it is.
    package var position = 0
    /// Where the deployment stands as long as it waits.
    package var stage = ECS.ServiceDeploymentLifecycleStage.preScaleUp
    /// The stage of the hook for which it was met.
    package var hookStage = ECS.DeploymentLifecycleHookStage.preScaleUp
    /// How much of production's traffic the target had: the hooks of a shift in steps are met at each step.
    package var productionTraffic = 0.0
    package var status = ECS.DeploymentLifecycleHookStatus.awaitingAction
    package var expiresAt = Timestamp(milliseconds: 0)
    package var timeoutAction = ECS.DeploymentLifecycleHookAction.rollback

    package init() {}

    package static let fields = FieldTable<LifecycleHookState>([
        .init("id", \.id),
        .init("position", \.position),
        .init("stage", \.stage),
        .init("hookStage", \.hookStage),
        .init("productionTraffic", \.productionTraffic),
        .init("status", \.status),
        .init("expiresAt", \.expiresAt),
        .init("timeoutAction", \.timeoutAction),
    ])
}
