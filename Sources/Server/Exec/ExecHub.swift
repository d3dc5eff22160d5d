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

    /// Ends the sessions that somebody terminated, or that a reset removed.
    func follow(_ changes: [Change]) {
        for case .executeSession(let delta) in changes {
            let isUnwanted = delta.new.map { $0.status == .terminating } ?? true
            guard isUnwanted, let session = session(delta.key.path) else { continue }
            session.terminate(delta.new?.reason ?? "The session was removed.")
        }
    }

    /// Ends all of them: the server is going away.
    func endAll() { for session in sessions.withLock({ Array($0.values) }) { session.terminate("The server ends.") } }
}
