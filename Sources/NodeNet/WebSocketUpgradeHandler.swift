import AWSWire
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Turns a fresh HTTP connection into a websocket, or tells how the server refused.
///
/// NIO's own upgrader keeps the body of a refusal to itself, and there the server says why.
final class WebSocketUpgradeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    /// Bytes of a refusal's body.
    private static let maximumRefusal = 64 << 10
    private static let timeout = TimeAmount.seconds(30)

    private let request: HTTPRequestMessage
    private let sink: AsyncStream<WebSocket.Event>.Continuation
    private let upgraded: EventLoopPromise<Void>
    private let encoder: HTTPRequestEncoder
    private let decoder: ByteToMessageHandler<HTTPResponseDecoder>
    private var refusal: HTTPResponseMessage?
    private var isUpgraded = false
    private var deadline: Scheduled<Void>?

    private init(
        _ request: HTTPRequestMessage, _ sink: AsyncStream<WebSocket.Event>.Continuation,
        _ upgraded: EventLoopPromise<Void>
    ) {
        self.request = request
        self.sink = sink
        self.upgraded = upgraded
        encoder = HTTPRequestEncoder()
        decoder = ByteToMessageHandler(HTTPResponseDecoder(leftOverBytesStrategy: .forwardBytes))
    }

    /// Puts the handlers of the upgrade on a connection that is being made.
    static func install(
        on channel: any Channel, _ request: HTTPRequestMessage, _ sink: AsyncStream<WebSocket.Event>.Continuation,
        _ upgraded: EventLoopPromise<Void>
    ) throws {
        let handler = WebSocketUpgradeHandler(request, sink, upgraded)
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(handler.encoder)
        try pipeline.addHandler(handler.decoder)
        try pipeline.addHandler(handler)
    }

    func channelActive(context: ChannelHandlerContext) {
        let query = request.rawQuery.isEmpty ? "" : "?" + request.rawQuery
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: request.rawPath + query)
        for field in request.headers.fields { head.headers.add(name: field.name, value: field.value) }
        head.headers.add(name: "Connection", value: "Upgrade")
        head.headers.add(name: "Upgrade", value: "websocket")
        head.headers.add(name: "Sec-WebSocket-Version", value: "13")
        head.headers.add(name: "Sec-WebSocket-Key", value: WebSocketUpgradeHandler.key())
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: WebSocketUpgradeHandler.timeout) { channel.close(promise: nil) }
        context.fireChannelActive()
    }

    /// Sixteen random bytes. What the server makes of them proves nothing about a server that checks our signature,
    /// so its answer is not compared.
    private static func key() -> String {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        return String(decoding: Base64.encode(bytes), as: UTF8.self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head) where head.status == .switchingProtocols: refusal = nil
        case .head(let head):
            let fields = head.headers.map { field -> (String, String) in (field.name, field.value) }
            refusal = HTTPResponseMessage(status: Int(head.status.code), headers: AWSWire.HTTPHeaders(fields))
        case .body(let buffer):
            if let count = refusal?.body.count, count + buffer.readableBytes <= WebSocketUpgradeHandler.maximumRefusal {
                refusal?.body += Array(buffer.readableBytesView)
            }
        case .end:
            deadline?.cancel()
            if let refusal {
                upgraded.fail(WebSocket.Refusal.answered(refusal))
                context.close(promise: nil)
            } else {
                upgrade(context)
            }
        }
    }

    /// The decoder goes last: it hands on what it has read ahead.
    private func upgrade(_ context: ChannelHandlerContext) {
        do {
            let pipeline = context.pipeline.syncOperations
            let limit = WebSocket.maximumMessage
            try pipeline.addHandler(WebSocketFrameEncoder())
            try pipeline.addHandler(ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limit)))
            try pipeline.addHandler(
                NIOWebSocketFrameAggregator(
                    minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1_024, maxAccumulatedFrameSize: limit))
            try pipeline.addHandler(WebSocketMessageHandler(sink))
            isUpgraded = true
            pipeline.removeHandler(encoder, promise: nil)
            pipeline.removeHandler(self, promise: nil)
            pipeline.removeHandler(decoder, promise: nil)
            upgraded.succeed()
        } catch {
            upgraded.fail(error)
            context.close(promise: nil)
        }
    }

    /// Also of a connection that never became active.
    func handlerRemoved(context: ChannelHandlerContext) {
        guard !isUpgraded else { return }
        deadline?.cancel()
        upgraded.fail(WebSocket.Refusal.unreachable("the connection was not made"))
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        upgraded.fail(WebSocket.Refusal.unreachable("the connection was closed during the upgrade"))
        sink.finish()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        upgraded.fail(WebSocket.Refusal.unreachable(TLSClient.words(error)))
        context.close(promise: nil)
    }
}

/// Reads the frames of an open websocket.
final class WebSocketMessageHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    /// What a peer that vanishes did not say. Source: RFC 6455, section 7.4.1.
    private static let abnormalClosure: UInt16 = 1006

    private let sink: AsyncStream<WebSocket.Event>.Continuation
    private var isClosed = false

    init(_ sink: AsyncStream<WebSocket.Event>.Continuation) { self.sink = sink }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .text, .binary: sink.yield(.text(Array(frame.unmaskedData.readableBytesView)))
        case .ping: answer(.pong, frame.unmaskedData, context)
        case .connectionClose:
            var data = frame.unmaskedData
            let code = data.readWebSocketErrorCode().map { UInt16(webSocketErrorCode: $0) } ?? 1005
            close(code, data.readString(length: data.readableBytes) ?? "")
            answer(.connectionClose, frame.unmaskedData, context)
            context.close(promise: nil)
        default: return
        }
    }

    private func answer(_ opcode: WebSocketOpcode, _ data: ByteBuffer, _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: data)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }

    private func close(_ code: UInt16, _ reason: String) {
        guard !isClosed else { return }
        isClosed = true
        sink.yield(.closed(code: code, reason: reason))
        sink.finish()
    }

    func channelInactive(context: ChannelHandlerContext) {
        close(WebSocketMessageHandler.abnormalClosure, "")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        close(WebSocketMessageHandler.abnormalClosure, "\(error)")
        context.close(promise: nil)
    }
}
