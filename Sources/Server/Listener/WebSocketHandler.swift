import AWSWire
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Serves one websocket: whole messages in and out, ping, pong and the closing handshake.
final class WebSocketHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// What `WebSocketConnection` asks for.
    enum Order: Sendable {
        case send([UInt8])
        case sendBinary([UInt8])
        case close(Int, String)
    }

    private let session: any WebSocketSession
    private let limits: ListenerLimits
    private var unsentBytes = 0
    private var isClosing = false

    private init(_ session: any WebSocketSession, _ limits: ListenerLimits) {
        self.session = session
        self.limits = limits
    }

    /// Answers the handshake and turns an HTTP pipeline into one of frames. The decoder goes last: it hands on what the
    /// client sent behind its request.
    static func take(
        over context: ChannelHandlerContext, key: String, _ session: any WebSocketSession, _ limits: ListenerLimits,
        handler: HTTPHandler
    ) {
        let answer =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Accept: \(WebSocketAccept.value(for: key))\r\nDate: \(WallClock.now.httpDate)\r\n\r\n"
        let pipeline = context.pipeline.syncOperations
        do {
            let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
            context.writeAndFlush(NIOAny(ByteBuffer(string: answer)), promise: nil)
            try pipeline.addHandlers([
                WebSocketFrameEncoder(),
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limits.maximumMessageBytes)),
                NIOWebSocketFrameAggregator(
                    minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1_024,
                    maxAccumulatedFrameSize: limits.maximumMessageBytes),
                WebSocketHandler(session, limits),
            ])
            let channel = context.channel
            _ = pipeline.removeHandler(handler)
            _ = pipeline.removeHandler(context: try pipeline.context(handler: decoder))
            session.opened(WebSocketConnection(channel: channel))
        } catch { context.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text, .binary: session.received(Array(frame.unmaskedData.readableBytesView))
        case .ping: write(.pong, frame.unmaskedData, context)
        case .connectionClose: answerClose(frame, context)
        default: break
        }
    }

    private func answerClose(_ frame: WebSocketFrame, _ context: ChannelHandlerContext) {
        guard !isClosing else { return context.close(promise: nil) }
        isClosing = true
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let echo = WebSocketFrame(fin: true, opcode: .connectionClose, data: frame.unmaskedData)
        context.writeAndFlush(wrapOutboundOut(echo)).whenComplete { _ in bound.value.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case Order.send(let text): write(.text, ByteBuffer(bytes: text), context)
        case Order.sendBinary(let bytes): write(.binary, ByteBuffer(bytes: bytes), context)
        case Order.close(let code, let reason): close(code, reason, context)
        case ChannelEvent.inputClosed: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent: close(1_001, "The server is stopping.", context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        let size = data.readableBytes
        unsentBytes += size
        guard unsentBytes <= limits.maximumUnsentBytes else { return context.close(promise: nil) }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: data)
        context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in bound.value.unsentBytes -= size }
    }

    private func close(_ code: Int, _ reason: String, _ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        isClosing = true
        var data = ByteBuffer()
        data.write(webSocketErrorCode: WebSocketErrorCode(codeNumber: code))
        data.writeString(reason)
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, data: data)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in
            // The peer's own close frame ends it; one that sends none is not waited for long.
            bound.value.eventLoop.scheduleTask(in: .seconds(2)) { bound.value.close(promise: nil) }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        session.closed()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(1_002, "The frame breaks the protocol.", context)
        context.close(promise: nil)
    }
}
