import AWSWire
import NIOCore
import NIOHTTP1

/// One request on its way to a connection, and who waits for its answer.
struct HTTPCall: Sendable {
    enum Answer: Sendable {
        case whole(EventLoopPromise<HTTPAnswer>, limit: Int)
        case stream(EventLoopPromise<Int>, AsyncThrowingStream<[UInt8], any Error>.Continuation)
    }

    var request: HTTPRequestMessage
    var timeout: Duration
    var answer: Answer
}

/// A complete answer, and whether its connection can be used again.
struct HTTPAnswer: Sendable {
    var message: HTTPResponseMessage
    var isReusable: Bool
}

/// What only the client itself has to know of.
enum HTTPExchangeError: Error {
    case closedBeforeAnswer
}

/// Carries one exchange at a time over a connection.
final class HTTPExchangeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPCall
    typealias OutboundOut = HTTPClientRequestPart

    private var call: HTTPCall?
    private var head: HTTPResponseHead?
    private var body: [UInt8] = []
    private var deadline: Scheduled<Void>?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let call = unwrapOutboundIn(data)
        guard self.call == nil, context.channel.isActive else {
            HTTPExchangeHandler.fail(call, HTTPExchangeError.closedBeforeAnswer)
            return
        }
        self.call = call
        head = nil
        body = []
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: TimeAmount(call.timeout)) {
            let (handler, context) = bound.value
            handler.fail(HTTPClientError.timeout, context)
        }
        send(call.request, context, promise)
    }

    private func send(
        _ request: HTTPRequestMessage, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        let query = request.rawQuery.isEmpty ? "" : "?" + request.rawQuery
        var head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.rawPath + query)
        for field in request.headers.fields { head.headers.add(name: field.name, value: field.value) }
        if request.headers["Content-Length"] == nil, !request.body.isEmpty || request.method == "POST" {
            head.headers.add(name: "Content-Length", value: "\(request.body.count)")
        }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: request.body)))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let call else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            if case .stream(let promise, _) = call.answer {
                deadline?.cancel()
                promise.succeed(Int(head.status.code))
            }
        case .body(let buffer): take(buffer, call, context)
        case .end: finish(call, context)
        }
    }

    private func take(_ buffer: ByteBuffer, _ call: HTTPCall, _ context: ChannelHandlerContext) {
        switch call.answer {
        case .stream(_, let continuation): continuation.yield(Array(buffer.readableBytesView))
        case .whole(_, let limit):
            guard body.count + buffer.readableBytes <= limit else { return fail(HTTPClientError.tooLarge, context) }
            body.append(contentsOf: buffer.readableBytesView)
        }
    }

    private func finish(_ call: HTTPCall, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        self.call = nil
        switch call.answer {
        case .stream(_, let continuation):
            continuation.finish()
            context.close(promise: nil)
        case .whole(let promise, _):
            guard let head else { return }
            let headers = AWSWire.HTTPHeaders(
                head.headers.map { field -> (String, String) in (field.name, field.value) })
            let message = HTTPResponseMessage(status: Int(head.status.code), headers: headers, body: body)
            if !head.isKeepAlive { context.close(promise: nil) }
            promise.succeed(HTTPAnswer(message: message, isReusable: head.isKeepAlive))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(
            head == nil ? HTTPExchangeError.closedBeforeAnswer : HTTPClientError.unreachable("the answer broke off"),
            context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(HTTPClientError.unreachable(TLSClient.words(error)), context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        if let call {
            self.call = nil
            HTTPExchangeHandler.fail(call, error)
        }
        context.close(promise: nil)
    }

    private static func fail(_ call: HTTPCall, _ error: any Error) {
        switch call.answer {
        case .whole(let promise, _): promise.fail(error)
        case .stream(let promise, let continuation):
            // Only the first of the two is news: a promise that succeeded ignores its failure.
            promise.fail(error)
            continuation.finish(throwing: error)
        }
    }
}
