import APIPipeline
import AWSModels
import AWSWire
import State

/// Rules for what CreateCluster and UpdateCluster say of a cluster.
enum ClusterSettings {
    /// What a cluster has whose creator says nothing: the creator's account setting.
    /// Source: Amazon ECS API Reference, ClusterSetting. Observed: CreateCluster answers with this setting.
    static func defaults(for caller: Caller, _ snapshot: Snapshot) -> [ECS.ClusterSetting] {
        let value = AccountSettings.value(.containerInsights, for: caller, in: snapshot)
        return [ECS.ClusterSetting(name: .containerInsights, value: value)]
    }

    /// Source: Amazon ECS API Reference, ClusterSetting.
    private static let insightsValues = ["enabled", "disabled", "enhanced"]

    /// The settings of a request; nil or empty for none given.
    /// - Throws: `InvalidParameterException` for a setting without a name or with a value it cannot have.
    static func checked(_ settings: [ECS.ClusterSetting]?) throws(WireError) -> [ECS.ClusterSetting]? {
        guard let settings, !settings.isEmpty else { return nil }
        for setting in settings {
            guard let name = setting.name else { throw .invalidParameter("Setting name cannot be empty.") }
            guard let value = setting.value, insightsValues.contains(value) else {
                throw .invalidParameter(
                    "Invalid value for cluster setting \(name.rawValue): it must be one of "
                        + insightsValues.joined(separator: ", ") + ".")
            }
        }
        return settings
    }

    /// The configuration of a request.
    /// - Throws: `InvalidParameterException` when logging is to be overridden and nothing says how.
    /// Source: Amazon ECS API Reference, ExecuteCommandConfiguration (logging).
    static func checked(_ configuration: ECS.ClusterConfiguration?) throws(WireError) -> ECS.ClusterConfiguration? {
        if let command = configuration?.executeCommandConfiguration {
            guard command.logging != .override || command.logConfiguration != nil else {
                throw .invalidParameter("logConfiguration must be specified when logging is OVERRIDE.")
            }
            guard command.logging == .override || command.logConfiguration == nil else {
                throw .invalidParameter("logConfiguration can only be specified when logging is OVERRIDE.")
            }
        }
        return configuration
    }

    /// The namespace services use by default; an empty one stands for none.
    static func serviceConnectDefaults(
        _ request: ECS.ClusterServiceConnectDefaultsRequest?
    ) -> ECS.ClusterServiceConnectDefaults? {
        guard let namespace = request?.namespace, !namespace.isEmpty else { return nil }
        return ECS.ClusterServiceConnectDefaults(namespace: namespace)
    }
}
