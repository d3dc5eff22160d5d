import AWSModels
import AWSWire
import State

/// Rules for the VPC Lattice target groups of a service.
/// Source: Amazon ECS API Reference, VpcLatticeConfiguration and VpcLatticeAdvancedConfiguration.
enum LatticeRules {
    /// Source: Amazon ECS service quotas, VPC Lattice target groups per service.
    private static let maximumGroups = 5

    static func check(_ settings: ServiceSettings, _ definition: TaskDefinitionRecord) throws(WireError) {
        let configurations = settings.vpcLatticeConfigurations
        guard configurations.count <= maximumGroups else {
            throw .invalidParameter("vpcLatticeConfigurations can have at most \(maximumGroups) items.")
        }
        for configuration in configurations {
            try ARN.checkRole(configuration.roleArn, "roleArn of vpcLatticeConfigurations")
            try checkGroup(configuration.targetGroupArn)
            guard definition.mapping(named: configuration.portName) != nil else {
                throw .invalidParameter(
                    "The VPC Lattice portName \(configuration.portName) does not exist in the task definition. Specify "
                        + "the name of a port mapping and try again.")
            }
            guard let advanced = configuration.advancedConfiguration else { continue }
            guard settings.deploymentConfiguration.strategy != .rolling else {
                throw .invalidParameter(
                    "advancedConfiguration can only be specified with the BLUE_GREEN, LINEAR and CANARY deployment "
                        + "strategies.")
            }
            if let group = advanced.alternateTargetGroupArn { try checkGroup(group) }
        }
        let groups = configurations.map(\.targetGroupArn)
        guard Set(groups).count == groups.count else {
            throw .invalidParameter("The target groups of vpcLatticeConfigurations must be unique.")
        }
    }

    private static func checkGroup(_ text: String) throws(WireError) {
        guard ARN.isARN(text, "vpc-lattice", "targetgroup/") else {
            throw .invalidParameter("The targetGroupArn \(text) is not the ARN of a VPC Lattice target group.")
        }
    }
}
