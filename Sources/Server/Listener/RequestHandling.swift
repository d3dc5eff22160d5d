import AWSWire
import NIOCore

/// Answers requests. Called on the connection's event loop; may answer at once or later, from any thread, once.
protocol RequestHandling: Sendable {
    func handle(_ request: HTTPRequestMessage, respond: @escaping @Sendable (HTTPResponseMessage) -> Void)
    /// Decides what becomes of a request that asks for a websocket.
    func upgrade(_ request: HTTPRequestMessage) -> UpgradeDecision
}

/// What becomes of a request that asks for a websocket.
enum UpgradeDecision: Sendable {
    case refuse(HTTPResponseMessage)
    case accept(any WebSocketSession)
}

/// The server's end of a websocket. Called on the connection's event loop.
protocol WebSocketSession: AnyObject, Sendable {
    func opened(_ connection: WebSocketConnection)
    /// A whole message, of text or of bytes.
    func received(_ text: [UInt8])
    func closed()
}

/// An open websocket, to write to from any thread.
struct WebSocketConnection: Sendable {
    let channel: any Channel

    /// Where the session's calls come from.
    var eventLoop: any EventLoop { channel.eventLoop }

    /// Sends a text message. A peer that does not read is cut off rather than waited for.
    func send(_ text: [UInt8]) {
        eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(WebSocketHandler.Order.send(text)) }
    }

    /// Sends a message of bytes. A peer that does not read is cut off rather than waited for.
    func send(binary bytes: [UInt8]) {
        eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(WebSocketHandler.Order.sendBinary(bytes)) }
    }

    /// Begins the closing handshake.
    func close(code: Int, reason: String) {
        eventLoop.execute {
            channel.pipeline.fireUserInboundEventTriggered(WebSocketHandler.Order.close(code, reason))
        }
    }
}
