import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a security group in the default VPC. At first it lets nothing in and everything out.
/// Source: Amazon EC2 API Reference, CreateSecurityGroup.
struct CreateSecurityGroup: Operation {
    static let model = EC2.Operations.createSecurityGroup

    func access(
        _ input: EC2.CreateSecurityGroupRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ec2:CreateSecurityGroup", tx.realm.arn("ec2", "security-group/*"))]
    }

    func perform(
        _ input: EC2.CreateSecurityGroupRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EC2.CreateSecurityGroupResult {
        let network = DefaultNetwork(tx.realm)
        if let vpc = input.vpcId, vpc != network.vpcID { throw .vpcNotFound(vpc) }
        try check(input, tx.snapshot)
        var group = SecurityGroupRecord()
        group.tags = try TagRules.checked(input.tagSpecifications, for: "security-group")
        if input.dryRun == true { throw .dryRun }
        group.id = "sg-" + context.random.hex(17)
        group.name = input.groupName
        group.description = input.description
        group.vpcID = network.vpcID
        group.rules = [.allTraffic("sgr-" + context.random.hex(17), of: group.id, tx.realm)]
        tx.put(group)
        return EC2.CreateSecurityGroupResult(
            groupId: group.id, tags: group.tags, securityGroupArn: group.arn(tx.realm))
    }

    /// The most groups of a VPC.
    /// Source: Amazon VPC User Guide, Amazon VPC quotas (VPC security groups per Region).
    private static let maximumGroups = 2_500

    private func check(_ input: EC2.CreateSecurityGroupRequest, _ snapshot: Snapshot) throws(WireError) {
        for (name, text) in [("groupName", input.groupName), ("GroupDescription", input.description)] {
            let marks = Set(" ._-:/()#,@[]+=&;{}!$*")
            let isFine = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) || marks.contains($0) }
            guard (1...255).contains(text.count), isFine else {
                throw .invalidParameterValue(
                    "Value (\(text)) for parameter \(name) is invalid. Character sets beyond ASCII are not supported.")
            }
        }
        guard !input.groupName.hasPrefix("sg-") else {
            throw .invalidParameterValue(
                "Value (\(input.groupName)) for parameter groupName is invalid. Group names may not be in the format "
                    + "sg-*.")
        }
        let groups = snapshot.securityGroups
        guard !groups.contains(where: { $0.name == input.groupName }) else {
            throw WireError(
                code: "InvalidGroup.Duplicate",
                message: "The security group '\(input.groupName)' already exists for VPC "
                    + "'\(DefaultNetwork(snapshot.realm).vpcID)'")
        }
        guard groups.count < CreateSecurityGroup.maximumGroups else {
            throw WireError(
                code: "SecurityGroupLimitExceeded", message: "The maximum number of security groups has been reached.")
        }
    }
}
