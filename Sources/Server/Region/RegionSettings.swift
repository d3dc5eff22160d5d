import AWSWire
import State

/// What a region is told at its start.
struct RegionSettings: Sendable {
    var realm: Realm
    var dataDirectory: String
    var host: String
    /// 0 for any free one.
    var port: Int
    var isAuthenticating: Bool
    var allowsReset: Bool
    /// Whether requests are refused that come faster than ECS allows.
    var isThrottling: Bool
    var credential: Credential
}
