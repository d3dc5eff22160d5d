import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists the tags of a resource.
/// Source: Amazon ECS API Reference, ListTagsForResource.
struct ListTagsForResource: ReadOperation {
    static let model = ECS.Operations.listTagsForResource

    func access(
        _ input: ECS.ListTagsForResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListTagsForResource", input.resourceArn)]
    }

    func read(
        _ input: ECS.ListTagsForResourceRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListTagsForResourceResponse {
        let resource = try TaggedResource(input.resourceArn, snapshot.realm)
        return ECS.ListTagsForResourceResponse(tags: try resource.tags(in: snapshot))
    }
}
