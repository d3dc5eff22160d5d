import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes tags from resources by their keys.
/// Source: Elastic Load Balancing API Reference, RemoveTags.
struct RemoveTags: Operation {
    static let model = ELB.Operations.removeTags

    func access(
        _ input: ELB.RemoveTagsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        input.resourceArns.flatMap(permission)
    }

    func perform(
        _ input: ELB.RemoveTagsInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.RemoveTagsOutput {
        guard !input.resourceArns.isEmpty else { throw .validationError("At least one resource must be specified") }
        try checkCount(input.resourceArns.count, "ResourceArns")
        for arn in input.resourceArns {
            let resource = try TaggedResource(arn, tx.snapshot)
            resource.store(resource.tags.filter { !input.tagKeys.contains($0.key) }, in: &tx)
        }
        return ELB.RemoveTagsOutput()
    }
}
