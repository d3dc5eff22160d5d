import AWSModels
import AWSWire

/// Rules a definition must satisfy to run on one launch type. They are checked for the launch types it requires, and
/// tell which ones it is compatible with. What container instances refuse, every launch type does: see
/// `DefinitionRules`.
enum LaunchTypeRules {
    static func rules(for compatibility: ECS.Compatibility) -> [DefinitionRule] {
        switch compatibility {
        case .ec2: [hasNoEphemeralStorage("EC2")]
        case .external: [hasNoEphemeralStorage("EXTERNAL"), hasNoTaskInterface, hasNoCloudVolumes]
        case .managedInstances: [hasNoEphemeralStorage("MANAGED_INSTANCES"), hasManagedNetwork, hasNoDockerVolumes]
        case .fargate: FargateRules.all
        }
    }

    /// The launch types a definition can run on, in ECS's order.
    /// Observed: `["EXTERNAL", "EC2"]` in bridge mode, `["EC2", "FARGATE"]` in awsvpc mode with a size of Fargate's.
    static func compatibilities(of definition: ECS.TaskDefinition) -> [ECS.Compatibility] {
        let order: [ECS.Compatibility] = [.external, .ec2, .fargate, .managedInstances]
        return order.filter { compatibility in
            rules(for: compatibility).allSatisfy { rule in
                do throws(WireError) {
                    try rule(definition)
                    return true
                } catch { return false }
            }
        }
    }

    /// Source: Amazon ECS API Reference, EphemeralStorage: only for tasks on Fargate.
    private static func hasNoEphemeralStorage(_ type: String) -> DefinitionRule {
        { (definition) throws(WireError) in
            guard definition.ephemeralStorage == nil else {
                throw .client("ephemeralStorage is not supported for the launch type \(type).")
            }
        }
    }

    /// Source: Amazon ECS Developer Guide, Amazon ECS clusters for external instances, Considerations.
    private static let hasNoTaskInterface: DefinitionRule = { (definition) throws(WireError) in
        guard definition.networkMode != .awsvpc else {
            throw .client("The launch type EXTERNAL does not support network mode 'awsvpc'.")
        }
    }

    /// Source: the same page: no EFS volumes; Developer Guide, Use Amazon EBS volumes: not on external instances.
    private static let hasNoCloudVolumes: DefinitionRule = { (definition) throws(WireError) in
        for volume in definition.volumes ?? [] {
            guard volume.efsVolumeConfiguration == nil, volume.configuredAtLaunch != true else {
                throw .client("The launch type EXTERNAL does not support Amazon EFS and Amazon EBS volumes.")
            }
        }
    }

    /// Source: Amazon ECS Developer Guide, Amazon ECS Managed Instances, task definition differences.
    private static let hasManagedNetwork: DefinitionRule = { (definition) throws(WireError) in
        guard definition.networkMode == .awsvpc || definition.networkMode == .host else {
            throw .client("The launch type MANAGED_INSTANCES only supports network modes 'awsvpc' and 'host'.")
        }
    }

    private static let hasNoDockerVolumes: DefinitionRule = { (definition) throws(WireError) in
        guard !(definition.volumes ?? []).contains(where: { $0.dockerVolumeConfiguration != nil }) else {
            throw .client("The launch type MANAGED_INSTANCES does not support Docker volumes.")
        }
    }
}
