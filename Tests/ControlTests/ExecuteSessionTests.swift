import AWSModels
import AWSWire
import Control
import NodeLink
import State
import Testing

/// The records of sessions: who may open them, and how they end.
@Suite("Execute sessions") struct ExecuteSessionTests {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
    private let start = ExecuteSessionTests.start

    private func session() -> (Transaction, token: String) {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var record = ExecuteSessionRecord()
        record.id = "s"
        var random = SeededRandom(seed: 1)
        let token = record.issueToken(transaction.snapshot.vault, &random, at: start)
        record.expiresAt = record.tokenExpiresAt
        transaction.put(record)
        return (transaction, token)
    }

    @Test("a token opens its session once, within five minutes")
    func token() {
        var (transaction, token) = session()
        #expect(transaction.openExecuteSession("t", token: token, at: start) == nil)
        #expect(transaction.openExecuteSession("s", token: "", at: start) == nil)
        #expect(transaction.openExecuteSession("s", token: token + "x", at: start) == nil)
        #expect(transaction.openExecuteSession("s", token: token, at: start.advanced(by: .seconds(300))) == nil)
        let opened = transaction.openExecuteSession("s", token: token, at: start.advanced(by: .seconds(299)))
        #expect(opened?.session.status == .connected)
        #expect(opened?.session.expiresAt == nil)
        #expect(opened?.isFirst == true)
        #expect(transaction.openExecuteSession("s", token: token, at: start.advanced(by: .seconds(299))) == nil)
        #expect(transaction.openExecuteSession("s", token: "", at: start) == nil)
    }

    @Test("a session that is opened again does not begin again")
    func again() {
        var (transaction, token) = session()
        _ = transaction.openExecuteSession("s", token: token, at: start)
        var random = SeededRandom(seed: 2)
        var record = transaction.get(ExecuteSessionRecord.key("s")) ?? ExecuteSessionRecord()
        let other = record.issueToken(transaction.snapshot.vault, &random, at: start)
        transaction.put(record)
        #expect(other != token)
        #expect(transaction.openExecuteSession("s", token: other, at: start)?.isFirst == false)
    }

    @Test("an open session ends with its server; one whose client has not come yet does not")
    func restart() {
        var (transaction, token) = session()
        #expect(transaction.endExecuteSessions(at: start).isEmpty)
        _ = transaction.openExecuteSession("s", token: token, at: start)
        #expect(transaction.endExecuteSessions(at: start).map(\.reason) == ["The server was restarted."])
        #expect(transaction.endExecuteSessions(at: start).isEmpty)
        let record = transaction.get(ExecuteSessionRecord.key("s"))
        #expect(record?.status == .terminated)
        #expect(record?.expiresAt == start.advanced(by: .seconds(3_600)))
    }

    @Test("a session ends once, for the first reason")
    func end() {
        var (transaction, token) = session()
        _ = transaction.openExecuteSession("s", token: token, at: start)
        transaction.update(ExecuteSessionRecord.key("s")) {
            $0.status = .terminating
            $0.reason = "wanted"
        }
        let ended = transaction.endExecuteSession("s", ExecEnd(exitCode: 1, reason: "gone"), at: start)
        #expect(ended?.reason == "wanted")
        #expect(ended?.exitCode == 1)
        #expect(transaction.endExecuteSession("s", ExecEnd(reason: "again"), at: start) == nil)
    }

    @Test("only the listener of the instance is told")
    func hub() {
        final class Listener: AssignmentListener, @unchecked Sendable {  // Safe because one thread uses it.
            var sessions: [String?] = []
            func changed(_ tasks: [Key<TaskRecord>], _ snapshot: Snapshot) {}
            func superseded() {}
            func tell(_ message: ACSMessage) {
                if case .executeCommand(let message) = message { sessions.append(message.sessionId) }
            }
        }
        let (hub, one, other) = (SessionHub(), Listener(), Listener())
        hub.attach(one, to: Key(path: "c/1"))
        hub.attach(other, to: Key(path: "c/2"))
        #expect(hub.tell(.executeCommand(.init(sessionId: "s")), to: Key(path: "c/1")))
        #expect(!hub.tell(.executeCommand(.init(sessionId: "s")), to: Key(path: "c/3")))
        #expect(one.sessions == ["s"])
        #expect(other.sessions.isEmpty)
    }
}
