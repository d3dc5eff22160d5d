import AWSWire
import Agent
import NodeLink
import State

/// Who ran what in which container: JSON lines in `execute-command.log` of the data directory, one when a command
/// begins and one when it ends, and one when a session is refused or resumed. No tokens, and nothing of what was typed.
struct ExecAudit: Sendable {
    enum Event: String, Sendable {
        case started = "SessionStarted"
        case resumed = "SessionResumed"
        case refused = "SessionRefused"
        case ended = "SessionEnded"
    }

    /// A longer command is cut in the log.
    private static let maximumCommand = 4_096

    private let log: AuditLog

    init(directory: String) { log = AuditLog(directory + "/execute-command.log") }

    /// Appends a line.
    /// - Parameters:
    ///   - address: where the client's connection comes from; nil when there is none.
    ///   - end: how it ended.
    func note(
        _ event: Event, _ session: ExecuteSessionRecord, _ realm: Realm, address: String? = nil, end: ExecEnd? = nil,
        at now: Timestamp
    ) {
        log.append(ExecAudit.line(event, session, realm, address: address, end: end, at: now))
    }

    static func line(
        _ event: Event, _ session: ExecuteSessionRecord, _ realm: Realm, address: String?, end: ExecEnd?,
        at now: Timestamp
    ) -> String {
        var value: JSONValue = [
            "eventTime": .string(now.iso8601), "eventName": .string(event.rawValue),
            "userIdentity": .string(session.owner), "sessionId": .string(session.id),
            "cluster": .string(session.cluster), "task": .string(realm.ecs("task/\(session.cluster)/\(session.task)")),
            "container": .string(session.container),
            "command": .string(String(session.command.prefix(maximumCommand))),
        ]
        if let address { value["sourceIPAddress"] = .string(address) }
        if let end {
            value["exitCode"] = end.exitCode.map { .int(Int64($0)) } ?? .null
            value["reason"] = .string(end.reason)
        }
        return String(decoding: value.encode(), as: UTF8.self) + "\n"
    }
}
