/// The container agent of this build.
package enum AgentRelease {
    /// What the agent calls itself: the version of the official agent whose behaviour it follows.
    package static let version = "1.105.1"
}
