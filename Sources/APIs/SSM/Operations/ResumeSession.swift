import APIPipeline
import AWSModels
import AWSWire
import State

/// Gives a client that lost its connection another token for its session. For a session that is over there is none: the
/// client then knows that it has ended.
/// Source: Systems Manager API Reference, ResumeSession. Observed: session-manager-plugin ends at an absent token, and
/// tries again for ever at an error.
struct ResumeSession: Operation {
    static let model = SSM.Operations.resumeSession

    func access(
        _ input: SSM.ResumeSessionRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ssm:ResumeSession", tx.realm.session(input.sessionId))]
    }

    func perform(
        _ input: SSM.ResumeSessionRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> SSM.ResumeSessionResponse {
        var session = try tx.session(input.sessionId)
        try session.check(call.caller, "ssm:ResumeSession", tx.realm)
        guard session.status == .connecting || session.status == .connected else {
            return SSM.ResumeSessionResponse(sessionId: session.id)
        }
        let token = session.issueToken(tx.snapshot.vault, &context.random, at: context.now)
        if session.status == .connecting { session.expiresAt = session.tokenExpiresAt }
        tx.put(session)
        return SSM.ResumeSessionResponse(
            sessionId: session.id, tokenValue: token, streamUrl: session.streamURL(at: call.endpoint))
    }
}
