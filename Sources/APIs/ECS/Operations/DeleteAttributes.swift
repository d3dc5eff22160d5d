import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes attributes that users gave to container instances, by name. One that is not there is no error, and not in
/// the answer.
/// Source: Amazon ECS API Reference, DeleteAttributes.
struct DeleteAttributes: Operation {
    static let model = ECS.Operations.deleteAttributes

    func access(
        _ input: ECS.DeleteAttributesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:DeleteAttributes", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func perform(
        _ input: ECS.DeleteAttributesRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteAttributesResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        try AttributeRules.check(count: input.attributes.count)
        var deleted: [ECS.Attribute] = []
        for attribute in input.attributes {
            try AttributeRules.check(name: attribute.name)
            var instance = try AttributeTarget.find(attribute, in: cluster, tx.snapshot)
            guard let old = instance.removeAttribute(attribute.name) else { continue }
            tx.put(instance)
            deleted.append(ECS.Attribute(old, of: instance, tx.realm))
        }
        return ECS.DeleteAttributesResponse(attributes: deleted)
    }
}

extension ContainerInstanceRecord {
    /// Removes an attribute wherever it came from; the reserved ones were refused before.
    fileprivate mutating func removeAttribute(_ name: String) -> ECS.Attribute? {
        let old = shownAttributes.last { $0.name == name }
        customAttributes.removeAll { $0.name == name }
        attributes.removeAll { $0.name == name }
        return old
    }
}
