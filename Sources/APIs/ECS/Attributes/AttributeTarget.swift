import AWSModels
import AWSWire
import State

/// The container instance an attribute is for.
enum AttributeTarget {
    /// - Parameters:
    ///   - attribute: names its target by ARN, or by id and type.
    /// - Throws: `TargetNotFoundException` when there is no such instance in the cluster.
    static func find(
        _ attribute: ECS.Attribute, in cluster: String, _ snapshot: Snapshot
    ) throws(WireError) -> ContainerInstanceRecord {
        guard let target = attribute.targetId, !target.isEmpty else {
            throw .invalidParameter("targetId must be specified for attribute \(attribute.name).")
        }
        guard target.hasPrefix("arn:") || attribute.targetType == .containerInstance else {
            throw .invalidParameter("targetType must be specified when targetId is not an ARN.")
        }
        let id = try member(target, "container-instance", of: cluster, snapshot.realm)
        guard let instance = snapshot.get(ContainerInstanceRecord.key(cluster, id)), instance.status != .inactive
        else { throw .targetNotFound("Could not find target with ID \(target)") }
        return instance
    }
}

extension ECS.Attribute {
    /// An attribute as the attribute calls answer it: with its target's ARN.
    init(_ attribute: ECS.Attribute, of instance: ContainerInstanceRecord, _ realm: Realm) {
        self.init(name: attribute.name, value: attribute.value, targetId: instance.arn(realm))
    }
}
