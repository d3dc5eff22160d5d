import AWSWire
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// A client's websocket: messages both ways, of text or of bytes. Fragments, pings and the closing handshake are dealt
/// with here.
package final class WebSocket: Sendable {
    /// The largest message either side may send; a payload may hold many tasks.
    static let maximumMessage = 8 << 20
    private static let connectTimeout = TimeAmount.seconds(10)

    /// What comes in. Ends after `closed`.
    package let events: AsyncStream<Event>
    private let channel: any Channel

    package enum Event: Sendable, Equatable {
        /// A message, also one of bytes.
        case text([UInt8])
        /// The connection is over; 1006 when nobody said goodbye.
        case closed(code: UInt16, reason: String)
    }

    /// Why there is no websocket.
    package enum Refusal: Error, Sendable {
        case unreachable(String)
        /// The server answered the upgrade with something else.
        case answered(HTTPResponseMessage)
    }

    private init(_ channel: any Channel, _ events: AsyncStream<Event>) {
        self.channel = channel
        self.events = events
    }

    /// Dials.
    /// - Parameter request: a signed GET with its `Host`; the headers of the upgrade are added here.
    /// - Throws: `Refusal`.
    package static func connect(
        _ endpoint: Endpoint, _ request: HTTPRequestMessage, group: any EventLoopGroup
    ) async throws(Refusal) -> WebSocket {
        let (events, sink) = AsyncStream<Event>.makeStream()
        do {
            let bootstrap = ClientBootstrap(group: group)
                .connectTimeout(connectTimeout)
            let upgrading = try await dial(bootstrap, endpoint) { channel in
                let upgraded = channel.eventLoop.makePromise(of: Void.self)
                return channel.eventLoop.makeCompletedFuture {
                    try TLSClient.secure(channel, to: endpoint)
                    try WebSocketUpgradeHandler.install(on: channel, request, sink, upgraded)
                    return (channel, upgraded.futureResult)
                }
            }
            try await upgrading.1.get()
            return WebSocket(upgrading.0, events)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .unreachable(TLSClient.words(error))
        }
    }

    private typealias Upgrading = (any Channel, EventLoopFuture<Void>)

    private static func dial(
        _ bootstrap: ClientBootstrap, _ endpoint: Endpoint,
        _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Upgrading>
    ) async throws -> Upgrading {
        switch endpoint {
        case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: initializer)
        case .tcp(let host, let port), .tls(let host, let port):
            try await bootstrap.connect(host: host, port: port, channelInitializer: initializer)
        }
    }

    /// Sends one text message. It is lost when the connection is.
    package func send(_ text: [UInt8]) { send(.text, text) }

    /// Sends one message of bytes. It is lost when the connection is.
    package func send(binary bytes: [UInt8]) { send(.binary, bytes) }

    private func send(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: ByteBuffer(bytes: bytes))
        channel.writeAndFlush(frame, promise: nil)
    }

    /// Says goodbye and closes.
    package func close(code: UInt16, reason: String) {
        var data = ByteBuffer()
        data.write(webSocketErrorCode: WebSocketErrorCode(codeNumber: Int(code)))
        data.writeString(reason)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: .random(), data: data)
        channel.writeAndFlush(frame).whenComplete { [channel] _ in channel.close(promise: nil) }
    }

    /// Cuts the connection without a word.
    package func cut() { channel.close(promise: nil) }
}
