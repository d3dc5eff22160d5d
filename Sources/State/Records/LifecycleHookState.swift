import AWSModels
import AWSWire

/// A lifecycle hook that a deployment met.
/// Source: Amazon ECS API Reference, DeploymentLifecycleHookDetail.
package struct LifecycleHookState: Stored {
    /// `ecs-pause-` and letters.
    package var id = ""
    /// Which of the configured hooks it is.
    package var position = 0
    package var stage = ECS.ServiceDeploymentLifecycleStage.preScaleUp
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
        .init("productionTraffic", \.productionTraffic),
        .init("status", \.status),
        .init("expiresAt", \.expiresAt),
        .init("timeoutAction", \.timeoutAction),
    ])
}
