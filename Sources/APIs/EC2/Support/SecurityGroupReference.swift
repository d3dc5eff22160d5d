import AWSModels
import AWSWire
import State

/// A security group as a request names it: by id, or by name in the default VPC.
enum SecurityGroupReference {
    /// - Throws: `InvalidGroup.NotFound`, or `MissingParameter` when it is not named.
    static func group(id: String?, name: String?, _ snapshot: Snapshot) throws(WireError) -> SecurityGroupRecord {
        if let id {
            guard let group = snapshot.securityGroup(id) else { throw .groupNotFound(id) }
            return group
        }
        guard let name else { throw .missingParameter("The request must contain the parameter groupName or groupId") }
        guard let group = snapshot.securityGroups.first(where: { $0.name == name }) else { throw .groupNotFound(name) }
        return group
    }

    /// The ARN for permission, also of a group that is not there.
    static func arn(id: String?, name: String?, _ snapshot: Snapshot) -> String {
        let group = id ?? snapshot.securityGroups.first { $0.name == name }?.id
        return snapshot.realm.arn("ec2", "security-group/\(group ?? "*")")
    }
}
