/// How an agent deals with images.
package struct ImagePolicy: Sendable {
    /// When images are pulled. Source: ECS_IMAGE_PULL_BEHAVIOR.
    package enum PullBehavior: String, Sendable, CaseIterable {
        /// Always try; fall back on a local image.
        case `default`
        /// Always; the task fails when that fails.
        case always
        /// Only when there is no local image, the choice where images are built on the spot.
        case preferCached = "prefer-cached"
    }

    package var behavior = PullBehavior.preferCached
    /// What the instance tells registries of its own accord.
    package var authentication = EngineAuthentication()

    package init() {}
}
