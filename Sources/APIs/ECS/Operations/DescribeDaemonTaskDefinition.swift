import APIPipeline
import AWSModels
import AWSWire
import State

/// Shows one revision, deleted ones as well; a family alone stands for its latest ACTIVE revision.
/// Source: Amazon ECS API Reference, DescribeDaemonTaskDefinition.
struct DescribeDaemonTaskDefinition: ReadOperation {
    static let model = ECS.Operations.describeDaemonTaskDefinition

    func access(
        _ input: ECS.DescribeDaemonTaskDefinitionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DescribeDaemonTaskDefinition", "*")]
    }

    func read(
        _ input: ECS.DescribeDaemonTaskDefinitionRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DescribeDaemonTaskDefinitionResponse {
        let reference = try DaemonTaskDefinitionReference(input.daemonTaskDefinition, snapshot.realm)
        guard let record = reference.find(in: snapshot) else {
            throw .client("Unable to describe daemon task definition.")
        }
        return ECS.DescribeDaemonTaskDefinitionResponse(
            daemonTaskDefinition: ECS.DaemonTaskDefinition(record, snapshot.realm))
    }
}
