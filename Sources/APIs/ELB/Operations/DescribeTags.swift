import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the tags of resources, in the order asked for.
/// Source: Elastic Load Balancing API Reference, DescribeTags.
struct DescribeTags: ReadOperation {
    static let model = ELB.Operations.describeTags

    func access(
        _ input: ELB.DescribeTagsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeTagsInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeTagsOutput {
        guard !input.resourceArns.isEmpty else { throw .validationError("At least one resource must be specified") }
        try checkCount(input.resourceArns.count, "ResourceArns")
        var result: [ELB.TagDescription] = []
        for arn in input.resourceArns {
            result.append(ELB.TagDescription(resourceArn: arn, tags: try TaggedResource(arn, snapshot).tags))
        }
        return ELB.DescribeTagsOutput(tagDescriptions: result)
    }
}
