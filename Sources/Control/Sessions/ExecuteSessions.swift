import AWSWire
import NodeLink
import State

/// What becomes of the sessions of ExecuteCommand, as changes.
extension Transaction {
    /// A client opens a session's data channel with its token, for the first time or again. The token is used up.
    /// - Returns: the session and whether it begins now; nil when there is no such session, or the token is not good.
    package mutating func openExecuteSession(
        _ id: String, token: String, at now: Timestamp
    ) -> (session: ExecuteSessionRecord, isFirst: Bool)? {
        guard var session = get(ExecuteSessionRecord.key(id)), session.accepts(token, at: now) else { return nil }
        session.tokenDigest = ""
        session.tokenExpiresAt = nil
        let isFirst = session.startedAt == nil
        session.startedAt = session.startedAt ?? now
        if session.status == .connecting { session.status = .connected }
        session.expiresAt = nil
        put(session)
        return (session, isFirst)
    }

    /// A session is over.
    /// - Returns: its record as it is now; nil when it was over before.
    @discardableResult
    package mutating func endExecuteSession(
        _ id: String, _ end: ExecEnd, at now: Timestamp
    ) -> ExecuteSessionRecord? {
        guard var session = get(ExecuteSessionRecord.key(id)), !session.isOver else { return nil }
        // Whoever ended it said why.
        let reason = session.reason.isEmpty ? end.reason : session.reason
        session.end(exitCode: end.exitCode, reason: reason, at: now)
        put(session)
        return session
    }

    /// No session outlives its server. One whose client has not come yet may still begin.
    /// - Returns: those that ended.
    package mutating func endExecuteSessions(at now: Timestamp) -> [ExecuteSessionRecord] {
        snapshot.list(ExecuteSessionRecord.self)
            .filter { !$0.isOver && $0.status != .connecting }
            .compactMap { endExecuteSession($0.id, ExecEnd(reason: "The server was restarted."), at: now) }
    }
}
