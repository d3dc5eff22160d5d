import APIPipeline
import AWSModels
import AWSWire
import State

/// Sets attributes of container instances; an equal name takes the new value.
/// Source: Amazon ECS API Reference, PutAttributes.
struct PutAttributes: Operation {
    static let model = ECS.Operations.putAttributes

    func access(
        _ input: ECS.PutAttributesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:PutAttributes", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func perform(
        _ input: ECS.PutAttributesRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.PutAttributesResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        try AttributeRules.check(count: input.attributes.count)
        var stored: [ECS.Attribute] = []
        for attribute in input.attributes {
            try AttributeRules.check(name: attribute.name)
            try AttributeRules.check(value: attribute.value)
            var instance = try AttributeTarget.find(attribute, in: cluster, tx.snapshot)
            try instance.setCustom(ECS.Attribute(name: attribute.name, value: attribute.value))
            tx.put(instance)
            stored.append(ECS.Attribute(attribute, of: instance, tx.realm))
        }
        return ECS.PutAttributesResponse(attributes: stored)
    }
}

extension ContainerInstanceRecord {
    /// - Throws: `AttributeLimitExceededException` for one attribute too many.
    fileprivate mutating func setCustom(_ attribute: ECS.Attribute) throws(WireError) {
        if let index = customAttributes.firstIndex(where: { $0.name == attribute.name }) {
            customAttributes[index] = attribute
            return
        }
        guard customAttributes.count < AttributeRules.maximumPerResource else {
            throw .attributeLimitExceeded(
                "The container instance \(id) has reached the limit of \(AttributeRules.maximumPerResource) custom "
                    + "attributes.")
        }
        customAttributes.append(attribute)
    }
}
