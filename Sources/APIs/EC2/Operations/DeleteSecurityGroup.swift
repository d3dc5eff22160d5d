import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a security group that nothing names any more.
/// Source: Amazon EC2 API Reference, DeleteSecurityGroup.
struct DeleteSecurityGroup: Operation {
    static let model = EC2.Operations.deleteSecurityGroup

    func access(
        _ input: EC2.DeleteSecurityGroupRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let arn = SecurityGroupReference.arn(id: input.groupId, name: input.groupName, tx.snapshot)
        return [AccessRequest("ec2:DeleteSecurityGroup", arn)]
    }

    func perform(
        _ input: EC2.DeleteSecurityGroupRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EC2.DeleteSecurityGroupResult {
        let group = try SecurityGroupReference.group(id: input.groupId, name: input.groupName, tx.snapshot)
        guard group.name != "default" else {
            throw WireError(
                code: "CannotDelete",
                message: "the specified group: \"\(group.id)\" name: \"default\" cannot be deleted by a user")
        }
        guard !isUsed(group.id, tx.snapshot) else {
            throw WireError(
                code: "DependencyViolation", message: "resource \(group.id) has a dependent object")
        }
        if input.dryRun == true { throw .dryRun }
        tx.delete(group.key)
        return EC2.DeleteSecurityGroupResult(return: true, groupId: group.id)
    }

    /// Load balancers and the rules of other groups hold a group.
    private func isUsed(_ id: String, _ snapshot: Snapshot) -> Bool {
        if snapshot.list(LoadBalancerRecord.self).contains(where: { $0.securityGroups.contains(id) }) { return true }
        return snapshot.securityGroups.contains { group in
            group.id != id && group.rules.contains { $0.referencedGroupInfo?.groupId == id }
        }
    }
}
