import APIPipeline
import AWSModels
import AWSWire
import State

/// Tells callers who they are. It needs no permission: a policy cannot deny it.
/// Source: AWS STS API Reference, GetCallerIdentity.
struct GetCallerIdentity: ReadOperation {
    static let model = STS.Operations.getCallerIdentity

    func access(
        _ input: STS.GetCallerIdentityRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        []
    }

    func read(
        _ input: STS.GetCallerIdentityRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> STS.GetCallerIdentityResponse {
        STS.GetCallerIdentityResponse(userId: call.caller.userID, account: call.caller.account, arn: call.caller.arn)
    }
}
