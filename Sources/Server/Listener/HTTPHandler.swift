import AWSWire
import NIOCore
import NIOHTTP1

/// Serves one connection: puts requests together within limits, one at a time, answers in order, and hands the
/// connection over when a websocket is accepted. All on the event loop; no task is entered.
///
/// While a request is being answered nothing more is read, so a client that sends many requests at once waits at the
/// socket and not in our memory.
final class HTTPHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer
    typealias OutboundIn = Never

    private enum Phase { case idle, receiving, answering, streaming, upgraded, closed }

    private let handler: any RequestHandling
    private let limits: ListenerLimits
    private let isSecure: Bool
    private var phase = Phase.idle
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var isTooLarge = false
    /// Parts that were decoded while a request was being answered.
    private var backlog: [HTTPServerRequestPart] = []
    private var wantsRead = false
    private var isInputClosed = false
    private var phaseBegan = NIODeadline.distantPast
    private var check: RepeatedTask?
    private var stream: BodyStream?

    /// - Parameter isSecure: whether TLS ends here.
    init(_ handler: any RequestHandling, _ limits: ListenerLimits, isSecure: Bool = false) {
        self.handler = handler
        self.limits = limits
        self.isSecure = isSecure
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        phaseBegan = context.eventLoop.now
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleRepeatedTask(
            initialDelay: limits.checkInterval, delay: limits.checkInterval
        ) { _ in
            let (handler, context) = bound.value
            handler.checkTime(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { check?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        check?.cancel()
        phase = .closed
        endStream()
        context.fireChannelInactive()
    }

    private func checkTime(_ context: ChannelHandlerContext) {
        let age = context.eventLoop.now - phaseBegan
        if phase == .idle && age > limits.idleTimeout || phase == .receiving && age > limits.requestTimeout {
            context.close(promise: nil)
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed:
            isInputClosed = true
            if phase == .idle || phase == .receiving || phase == .streaming { context.close(promise: nil) }
        case is ChannelShouldQuiesceEvent:
            isInputClosed = true
            if phase == .idle || phase == .streaming { context.close(promise: nil) }
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, phase == .idle || phase == .receiving else {
            return context.close(promise: nil)
        }
        phase = .answering
        let message = Array("{\"message\":\"The request is not valid HTTP.\"}".utf8)
        write(HTTPResponseMessage(status: 400, body: message), keepsAlive: false, isHead: false, context)
    }

    // MARK: Reading

    func read(context: ChannelHandlerContext) {
        if phase == .answering { wantsRead = true } else { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        switch phase {
        case .answering: backlog.append(part)
        // The connection ends with the answer that was given; what was sent behind it is not for us.
        case .closed, .streaming: return
        default: take(part, context)
        }
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): begin(head, context)
        case .body(let buffer): append(buffer)
        case .end: finish(context)
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        self.head = head
        body.removeAll(keepingCapacity: true)
        isTooLarge = (head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0) > limits.maximumBodyBytes
        enter(.receiving, context)
        if !isTooLarge, head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
        } else if isTooLarge {
            refuseLargeBody(context)
        }
    }

    private func append(_ buffer: ByteBuffer) {
        guard !isTooLarge else { return }
        if body.count + buffer.readableBytes > limits.maximumBodyBytes {
            isTooLarge = true
            body = []
        } else {
            body.append(contentsOf: buffer.readableBytesView)
        }
    }

    private func finish(_ context: ChannelHandlerContext) {
        guard phase == .receiving, let head else { return }
        guard !isTooLarge else { return refuseLargeBody(context) }
        var request = HTTPRequestMessage(head, body)
        // As a proxy says it that ends TLS.
        if isSecure { request.headers["X-Forwarded-Proto"] = "https" }
        if head.headers.contains(name: "Upgrade") { return upgrade(request, context) }
        enter(.answering, context)
        let keepsAlive = head.isKeepAlive
        let isHead = head.method == .HEAD
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        handler.handle(request) { response in
            let answer: @Sendable () -> Void = {
                let (handler, context) = bound.value
                handler.write(response, keepsAlive: keepsAlive, isHead: isHead, context)
            }
            if loop.inEventLoop { answer() } else { loop.execute(answer) }
        }
    }

    private func refuseLargeBody(_ context: ChannelHandlerContext) {
        enter(.answering, context)
        let text =
            "{\"__type\":\"RequestEntityTooLargeException\",\"message\":\"The request is larger than "
            + "\(limits.maximumBodyBytes) bytes.\"}"
        let headers: HTTPHeadersMessage = ["Content-Type": "application/x-amz-json-1.1"]
        let response = HTTPResponseMessage(status: 413, headers: headers, body: Array(text.utf8))
        write(response, keepsAlive: false, isHead: false, context)
    }

    private func enter(_ phase: Phase, _ context: ChannelHandlerContext) {
        self.phase = phase
        phaseBegan = context.eventLoop.now
    }

    // MARK: Writing

    private func write(
        _ response: HTTPResponseMessage, keepsAlive: Bool, isHead: Bool, _ context: ChannelHandlerContext
    ) {
        guard phase == .answering else { return }
        if let stream = response.stream { return begin(stream, response, context) }
        let stays = keepsAlive && !isInputClosed
        let buffer = response.serialized(keepsAlive: stays, isHead: isHead, context.channel.allocator)
        guard stays else {
            enter(.closed, context)
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(buffer)).whenComplete { _ in bound.value.close(promise: nil) }
            return
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        enter(.idle, context)
        takeBacklog(context)
        if phase != .answering, wantsRead {
            wantsRead = false
            context.read()
        }
    }

    private func takeBacklog(_ context: ChannelHandlerContext) {
        while phase != .answering, phase != .upgraded, phase != .closed, !backlog.isEmpty {
            take(backlog.removeFirst(), context)
        }
    }

    // MARK: Streams

    /// Sends the head, then the body in chunks as they come. The connection ends with the body; a reader who is behind
    /// misses pieces.
    private func begin(_ stream: BodyStream, _ response: HTTPResponseMessage, _ context: ChannelHandlerContext) {
        enter(.streaming, context)
        self.stream = stream
        context.writeAndFlush(wrapOutboundOut(response.streamingHead(context.channel.allocator)), promise: nil)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let write: @Sendable ([UInt8]?) -> Void = { piece in
            loop.execute {
                let (handler, context) = bound.value
                handler.write(piece, context)
            }
        }
        stream.open(BodyStream.Sink(send: { write($0) }, finish: { write(nil) }))
        // So that it is noticed when the reader goes.
        context.read()
    }

    /// - Parameter piece: nil for the end.
    private func write(_ piece: [UInt8]?, _ context: ChannelHandlerContext) {
        guard phase == .streaming else { return }
        guard let piece else {
            enter(.closed, context)
            endStream()
            let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "0\r\n\r\n"))).whenComplete { _ in
                bound.value.close(promise: nil)
            }
            return
        }
        guard context.channel.isWritable, !piece.isEmpty else { return }
        var buffer = context.channel.allocator.buffer(capacity: piece.count + 16)
        buffer.writeString(String(piece.count, radix: 16) + "\r\n")
        buffer.writeBytes(piece)
        buffer.writeString("\r\n")
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
    }

    private func endStream() {
        stream?.close()
        stream = nil
    }

    // MARK: Websockets

    private func upgrade(_ request: HTTPRequestMessage, _ context: ChannelHandlerContext) {
        let key = request.headers["Sec-WebSocket-Key"]
        let isWebSocket = request.headers["Upgrade"]?.lowercased() == "websocket"
        guard isWebSocket, let key, request.method == "GET" else {
            enter(.answering, context)
            let text = Array("{\"message\":\"Only upgrades to websocket are served.\"}".utf8)
            return write(HTTPResponseMessage(status: 400, body: text), keepsAlive: false, isHead: false, context)
        }
        switch handler.upgrade(request) {
        case .refuse(let response):
            enter(.answering, context)
            write(response, keepsAlive: true, isHead: false, context)
        case .accept(let session):
            enter(.upgraded, context)
            check?.cancel()
            WebSocketHandler.take(over: context, key: key, session, limits, handler: self)
        }
    }
}
