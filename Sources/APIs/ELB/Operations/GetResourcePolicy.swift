import APIPipeline
import AWSModels
import AWSWire
import State

/// Gets the policy under which a resource is shared with other accounts: there is one account, and nothing is shared.
/// Source: Elastic Load Balancing API Reference, GetResourcePolicy.
/// Seam: Trust stores are not shared with other accounts, so there is never a policy.
struct GetResourcePolicy: ReadOperation {
    static let model = ELB.Operations.getResourcePolicy

    func access(
        _ input: ELB.GetResourcePolicyInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.resourceArn)
    }

    func read(
        _ input: ELB.GetResourcePolicyInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.GetResourcePolicyOutput {
        throw .elbResourceNotFound("The specified resource does not exist.")
    }
}
