import NIOCore
import NodeNet

/// Looks at the first byte of a connection, and makes it one of TLS or of plain HTTP: both are served on one port.
///
/// Plain HTTP is for this machine only; from elsewhere it is answered with what to do instead.
final class FirstByteHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Adds the handlers of HTTP behind those that are there.
    typealias Adding = (_ pipeline: ChannelPipeline.SynchronousOperations, _ isSecure: Bool) throws -> Void

    /// A handshake of TLS begins with a record of this type. Source: RFC 8446, section 5.1.
    private static let handshake: UInt8 = 0x16
    private static let refusal =
        "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 75\r\nConnection: close\r\n\r\n"
        + #"{"message":"From other machines this region is reached by https:// only."}"# + "\n"

    private let tls: TLSServer
    private let limit: TimeAmount
    private let addProtocol: Adding
    private var end: Scheduled<Void>?

    /// - Parameter limit: how long a connection may stay without a byte.
    init(_ tls: TLSServer, limit: TimeAmount, addProtocol: @escaping Adding) {
        self.tls = tls
        self.limit = limit
        self.addProtocol = addProtocol
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        end = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        end?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent: context.close(promise: nil)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let first = bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) else { return }
        let isSecure = first == FirstByteHandler.handshake
        guard isSecure || FirstByteHandler.isThisMachine(context.channel) else {
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            let answer = wrapOutboundOut(ByteBuffer(string: FirstByteHandler.refusal))
            context.writeAndFlush(answer).whenComplete { _ in bound.value.close(promise: nil) }
            return
        }
        do {
            let pipeline = context.pipeline.syncOperations
            if isSecure { try pipeline.addHandler(tls.handler()) }
            try addProtocol(pipeline, isSecure)
            context.fireChannelRead(data)
            pipeline.removeHandler(context: context, promise: nil)
        } catch { context.close(promise: nil) }
    }

    /// Whoever comes from this machine has an address of its loopback, or the one it dialled.
    private static func isThisMachine(_ channel: any Channel) -> Bool {
        guard let from = channel.remoteAddress?.ipAddress else { return false }
        return from.hasPrefix("127.") || from == "::1" || from.hasPrefix("::ffff:127.")
            || from == channel.localAddress?.ipAddress
    }
}
