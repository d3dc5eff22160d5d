import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows one revision, INACTIVE ones as well; a family alone stands for its latest ACTIVE revision.
/// Source: Amazon ECS API Reference, DescribeTaskDefinition.
struct DescribeTaskDefinition: ReadOperation {
    static let model = ECS.Operations.describeTaskDefinition

    func access(
        _ input: ECS.DescribeTaskDefinitionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DescribeTaskDefinition", "*")]
    }

    func read(
        _ input: ECS.DescribeTaskDefinitionRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeTaskDefinitionResponse {
        let reference = try TaskDefinitionReference(input.taskDefinition, snapshot.realm)
        guard let record = reference.find(in: snapshot) else {
            throw .client("Unable to describe task definition.")
        }
        let includesTags = input.include?.contains(.tags) ?? false
        return ECS.DescribeTaskDefinitionResponse(
            taskDefinition: ECS.TaskDefinition(record, snapshot.realm), tags: includesTags ? record.tags : nil)
    }
}
