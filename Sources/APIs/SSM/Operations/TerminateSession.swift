import APIPipeline
import AWSModels
import AWSWire
import State

/// Ends a session for good. Whoever carries its data channel sees the change and tells both ends.
/// Source: Systems Manager API Reference, TerminateSession.
struct TerminateSession: Operation {
    static let model = SSM.Operations.terminateSession

    func access(
        _ input: SSM.TerminateSessionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ssm:TerminateSession", tx.realm.session(input.sessionId))]
    }

    func perform(
        _ input: SSM.TerminateSessionRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> SSM.TerminateSessionResponse {
        var session = try tx.session(input.sessionId)
        try session.check(call.caller, "ssm:TerminateSession", tx.realm)
        let reason = "It was terminated by \(call.caller.arn)."
        switch session.status {
        // Nobody carries it yet.
        case .connecting:
            session.end(exitCode: nil, reason: reason, at: context.now)
            tx.put(session)
        case .connected:
            session.status = .terminating
            session.reason = reason
            tx.put(session)
        default: break
        }
        return SSM.TerminateSessionResponse(sessionId: session.id)
    }
}
