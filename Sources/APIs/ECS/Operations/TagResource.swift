import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds tags to a resource; an equal key takes the new value.
/// Source: Amazon ECS API Reference, TagResource.
struct TagResource: Operation {
    static let model = ECS.Operations.tagResource

    func access(_ input: ECS.TagResourceRequest, _ call: Call, _ tx: Transaction) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:TagResource", input.resourceArn)]
    }

    func perform(
        _ input: ECS.TagResourceRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.TagResourceResponse {
        let resource = try TaggedResource(input.resourceArn, tx.realm)
        let added = try Tags.checked(input.tags)
        let old = try resource.tags(in: tx.snapshot)
        try resource.checkMayChange(in: tx.snapshot)
        let tags = Tags.merged(old, added)
        guard Tags.userTagCount(tags) <= Tags.maximumPerResource else {
            throw .limitExceeded("Too many tags: a resource can have up to \(Tags.maximumPerResource) tags.")
        }
        if !added.isEmpty { resource.setTags(tags, &tx) }
        return ECS.TagResourceResponse()
    }
}
