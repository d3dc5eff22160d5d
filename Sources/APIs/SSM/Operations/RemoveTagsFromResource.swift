import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes tags of a parameter by their keys.
/// Source: Systems Manager API Reference, RemoveTagsFromResource.
struct RemoveTagsFromResource: Operation {
    static let model = SSM.Operations.removeTagsFromResource

    func access(
        _ input: SSM.RemoveTagsFromResourceRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.resourceId], tx.snapshot)
    }

    func perform(
        _ input: SSM.RemoveTagsFromResourceRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SSM.RemoveTagsFromResourceResult {
        var record = try TaggedResource.parameter(input.resourceType, input.resourceId, tx.snapshot)
        record.tags.removeAll { input.tagKeys.contains($0.key) }
        tx.put(record)
        return SSM.RemoveTagsFromResourceResult()
    }
}
