import NodeLink
import State
import Synchronization

/// Knows the sessions of ExecuteCommand whose data channels this process carries.
final class ExecHub: Sendable {
    private let sessions = Mutex<[String: ExecSession]>([:])

    /// The open session of an id.
    func session(_ id: String) -> ExecSession? { sessions.withLock { $0[id] } }

    func add(_ session: ExecSession) { sessions.withLock { $0[session.id] = session } }

    func remove(_ id: String) { sessions.withLock { $0[id] = nil } }

    /// Ends the sessions that somebody terminated.
    func follow(_ changes: [Change]) {
        for case .executeSession(let delta) in changes {
            guard let record = delta.new, record.status == .terminating else { continue }
            session(delta.key.path)?.terminate(record.reason)
        }
    }

    /// Ends all of them.
    func endAll(_ reason: String) {
        for session in sessions.withLock({ Array($0.values) }) { session.terminate(reason) }
    }
}
