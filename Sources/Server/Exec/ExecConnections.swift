import AWSWire
import Control
import NIOCore
import NodeLink
import State

/// A client's end of a data channel: nothing is done for it until its first message has brought a good token.
///
/// `@unchecked Sendable`. Safe because its variables are touched on the event loop of `connection` only.
final class DataChannelConnection: WebSocketSession, @unchecked Sendable {
    /// How long it may take to say who it is.
    private static let openLimit = TimeAmount.seconds(15)

    private let id: String
    private let parts: ExecParts
    private var connection: WebSocketConnection?
    private var session: ExecSession?
    private var hasAsked = false
    private var deadline: Scheduled<Void>?

    init(_ id: String, _ parts: ExecParts) {
        self.id = id
        self.parts = parts
    }

    func opened(_ connection: WebSocketConnection) {
        self.connection = connection
        deadline = connection.eventLoop.scheduleTask(in: DataChannelConnection.openLimit) { [self] in
            refuse("No token came.")
        }
    }

    func received(_ bytes: [UInt8]) {
        guard let connection else { return }
        if let session { return session.received(bytes, from: connection) }
        // What comes before the token was looked at is sent again.
        guard !hasAsked else { return }
        hasAsked = true
        guard let open = OpenDataChannel(bytes) else { return refuse("The first message must bring a token.") }
        let id = id
        parts.lane.submit(at: WallClock.now) { (transaction, context) throws(WireError) in
            transaction.openExecuteSession(id, token: open.token, at: context.now)
        } reply: { [self] result in
            let opening = (try? result.get()).flatMap { $0 }
            connection.eventLoop.execute { self.enter(opening?.session, isFirst: opening?.isFirst ?? false, open) }
        }
    }

    private func enter(_ record: ExecuteSessionRecord?, isFirst: Bool, _ open: OpenDataChannel) {
        guard let connection, connection.channel.isActive else { return }
        guard let record else {
            if let known = parts.lane.durable.get(ExecuteSessionRecord.key(id)) {
                parts.audit.note(
                    .refused, known, parts.lane.durable.realm, address: connection.clientAddress, at: WallClock.now)
            }
            return refuse("The token is not valid.")
        }
        // One that ended a moment ago, which is not in the state yet, does not begin again.
        let begun = isFirst ? ExecSession(record, open, parts, on: connection.eventLoop) : parts.sessions.session(id)
        guard let begun else { return refuse("The session is over.") }
        deadline?.cancel()
        session = begun
        if isFirst { parts.sessions.add(begun) }
        begun.attach(connection)
    }

    private func refuse(_ reason: String) {
        guard session == nil else { return }
        connection?.close(code: 1_008, reason: reason)
    }

    func closed() {
        deadline?.cancel()
        if let connection { session?.lost(connection) }
    }
}

/// An agent's connection for one session. The gate has checked whose it is.
///
/// `@unchecked Sendable`. Safe because its variable is touched on the event loop of `connection` only.
final class ExecAgentConnection: WebSocketSession, @unchecked Sendable {
    private let session: ExecSession
    private var connection: WebSocketConnection?

    init(_ session: ExecSession) { self.session = session }

    func opened(_ connection: WebSocketConnection) {
        self.connection = connection
        session.attach(agent: connection)
    }

    func received(_ bytes: [UInt8]) { if let connection { session.received(agent: bytes, from: connection) } }

    func closed() { if let connection { session.lost(agent: connection) } }
}
