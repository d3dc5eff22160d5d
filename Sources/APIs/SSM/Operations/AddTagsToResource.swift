import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds tags to a parameter.
/// Source: Systems Manager API Reference, AddTagsToResource.
struct AddTagsToResource: Operation {
    static let model = SSM.Operations.addTagsToResource

    func access(
        _ input: SSM.AddTagsToResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.resourceId], tx.snapshot)
    }

    func perform(
        _ input: SSM.AddTagsToResourceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SSM.AddTagsToResourceResult {
        var record = try TaggedResource.parameter(input.resourceType, input.resourceId, tx.snapshot)
        record.tags = try Tags.adding(input.tags, to: record.tags)
        tx.put(record)
        return SSM.AddTagsToResourceResult()
    }
}
