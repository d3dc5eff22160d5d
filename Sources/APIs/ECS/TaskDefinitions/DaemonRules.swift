import AWSModels
import AWSWire
import State

/// What a daemon task definition must satisfy beside the rules for all definitions.
enum DaemonRules {
    /// Source: Amazon ECS API Reference, LogConfiguration (logDriver): on managed instances.
    static let logDrivers: [ECS.LogDriver] = [.awslogs, .splunk, .awsfirelens, .jsonFile]

    /// - Throws: `ClientException` for the first rule it breaks.
    static func check(_ daemon: ECS.DaemonTaskDefinition) throws(WireError) {
        for volume in daemon.volumes ?? [] { try check(volume) }
        let definition = ECS.TaskDefinition(daemon)
        for rule in DefinitionRules.ofDaemons { try rule(definition) }
        for container in definition.containers {
            guard let driver = container.logConfiguration?.logDriver, !logDrivers.contains(driver) else { continue }
            throw .container(
                container,
                "The log driver '\(driver.rawValue)' is not supported for daemons. Use one of "
                    + logDrivers.map { "'\($0.rawValue)'" }.joined(separator: ", ") + ".")
        }
        try DefinitionRules.checkLength(daemon)
    }

    /// Source: Amazon ECS API Reference, DaemonVolume and LogDriverVolumeConfiguration.
    private static func check(_ volume: ECS.DaemonVolume) throws(WireError) {
        guard let logs = volume.logDriverVolumeConfiguration else { return }
        let name = volume.name ?? ""
        guard volume.host == nil else {
            throw .client("Only one volume configuration can be specified for volume '\(name)'.")
        }
        guard logs.driver == .jsonFile else {
            throw .client("The log driver of volume '\(name)' must be 'json-file'.")
        }
    }
}
