/// How an agent deals with images.
/// Source: Amazon ECS Developer Guide, "Amazon ECS container agent configuration"; amazon-ecs-agent, agent/config.
package struct ImagePolicy: Sendable {
    /// When images are pulled. Source: ECS_IMAGE_PULL_BEHAVIOR.
    package enum PullBehavior: String, Sendable, CaseIterable {
        /// Always try; fall back on a local image.
        case `default`
        /// Always; the task fails when that fails.
        case always
        /// Unless this agent has pulled it before; the task fails when that fails.
        case once
        /// Only when there is no local image, the choice where images are built on the spot.
        case preferCached = "prefer-cached"
    }

    /// When images go that no task needs.
    package struct CleanUp: Sendable, Equatable {
        /// How often is looked. Source: ECS_IMAGE_CLEANUP_INTERVAL.
        package var interval: Duration = .seconds(1_800)
        /// How long ago an image was pulled before it may go. Source: ECS_IMAGE_MINIMUM_CLEANUP_AGE.
        package var minimumAge: Duration = .seconds(3_600)
        /// How many go at a time. Source: ECS_NUM_IMAGES_DELETE_PER_CYCLE.
        package var perCycle = 5
        /// Names of images that stay. Source: ECS_EXCLUDE_UNTRACKED_IMAGE.
        package var excluded: [String] = []
        /// What goes beside the agent's own; nil for nothing. Source: ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP.
        package var untracked: Untracked?

        package init() {}
    }

    /// When containers and images go that the agent knows nothing of. They may be anybody's.
    package struct Untracked: Sendable, Equatable {
        /// How long ago an image was made before it may go. Source: NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE.
        package var minimumAge: Duration = .seconds(3_600)
        /// How long a container stays after its end. Source: ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION.
        package var containerAge: Duration = .seconds(3 * 3_600)
        /// How many containers go at a time. Source: NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE.
        package var containersPerCycle = 5

        package init() {}
    }

    package var behavior = PullBehavior.preferCached
    /// What the instance tells registries of its own accord.
    package var authentication = EngineAuthentication()
    /// A pull takes no longer, all attempts together. Source: ECS_IMAGE_PULL_TIMEOUT.
    package var pullTimeout: Duration = .seconds(7_200)
    /// A pull that makes no progress for so long is given up. Source: ECS_IMAGE_PULL_INACTIVITY_TIMEOUT.
    package var pullInactivity: Duration = .seconds(60)
    /// Nil for never. Source: ECS_DISABLE_IMAGE_CLEANUP.
    package var cleanUp: CleanUp? = CleanUp()

    package init() {}

    /// What of `cleanUp` counts: an agent that prefers cached images keeps them.
    /// Source: amazon-ecs-agent, agent/engine/docker_image_manager.go.
    var effectiveCleanUp: CleanUp? { behavior == .preferCached ? nil : cleanUp }
}
