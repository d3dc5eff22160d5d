import APIPipeline
import AWSModels
import AWSWire
import State

/// The tags of a parameter.
/// Source: Systems Manager API Reference, ListTagsForResource.
struct ListTagsForResource: ReadOperation {
    static let model = SSM.Operations.listTagsForResource

    func access(
        _ input: SSM.ListTagsForResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.resourceId], tx.snapshot)
    }

    func read(
        _ input: SSM.ListTagsForResourceRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SSM.ListTagsForResourceResult {
        let record = try TaggedResource.parameter(input.resourceType, input.resourceId, snapshot)
        return SSM.ListTagsForResourceResult(tagList: record.tags)
    }
}
