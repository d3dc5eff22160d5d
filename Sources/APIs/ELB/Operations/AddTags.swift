import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds tags to resources. A key that is there gets the new value.
/// Source: Elastic Load Balancing API Reference, AddTags.
struct AddTags: Operation {
    static let model = ELB.Operations.addTags

    func access(
        _ input: ELB.AddTagsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        input.resourceArns.flatMap(permission)
    }

    func perform(
        _ input: ELB.AddTagsInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.AddTagsOutput {
        guard !input.resourceArns.isEmpty else { throw .validationError("At least one resource must be specified") }
        try checkCount(input.resourceArns.count, "ResourceArns")
        let new = try Tags.checked(input.tags)
        for arn in input.resourceArns {
            let resource = try TaggedResource(arn, tx.snapshot)
            resource.store(try Tags.adding(new, to: resource.tags), in: &tx)
        }
        return ELB.AddTagsOutput()
    }
}
