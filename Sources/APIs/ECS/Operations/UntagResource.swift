import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes tags from a resource; a key it does not have is no error.
/// Source: Amazon ECS API Reference, UntagResource.
struct UntagResource: Operation {
    static let model = ECS.Operations.untagResource

    func access(
        _ input: ECS.UntagResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:UntagResource", input.resourceArn)]
    }

    func perform(
        _ input: ECS.UntagResourceRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UntagResourceResponse {
        let resource = try TaggedResource(input.resourceArn, tx.realm)
        var keys: Set<String> = []
        for key in input.tagKeys { keys.insert(try Tags.checked(key: key)) }
        let old = try resource.tags(in: tx.snapshot)
        try resource.checkMayChange(in: tx.snapshot)
        let tags = old.filter { !keys.contains($0.key ?? "") }
        if tags.count != old.count { resource.setTags(tags, &tx) }
        return ECS.UntagResourceResponse()
    }
}
