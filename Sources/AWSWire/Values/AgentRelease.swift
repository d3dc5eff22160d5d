/// The container agent of this build.
package enum AgentRelease {
    /// What the agent calls itself: the version of the official agent whose behaviour it follows.
    package static let version = "1.105.1"
    /// What it says where the official agent names its commit: by this a server of ours knows an agent of ours.
    package static let hash = "roost"
}
