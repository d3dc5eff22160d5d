import AWSWire
import NIOCore
import NIOPosix

/// A connection that begins as an HTTP request and goes on as plain bytes both ways, as the container engine attaches
/// to a process. It is read on demand: what nobody asks for stays in the socket.
package final class RawStream: Sendable {
    private static let connectTimeout = TimeAmount.seconds(5)

    /// Why there is no stream.
    package enum Refusal: Error, Sendable {
        case unreachable(String)
        /// The server answered with something else.
        case answered(status: Int, body: [UInt8])
        case timeout
    }

    private let channel: any Channel
    private let handler: NIOLoopBound<RawStreamHandler>

    private init(_ channel: any Channel, _ handler: NIOLoopBound<RawStreamHandler>) {
        self.channel = channel
        self.handler = handler
    }

    /// Dials and asks for the change of protocol.
    /// - Parameter timeout: for the server's answer.
    /// - Throws: `Refusal`.
    package static func connect(
        _ endpoint: Endpoint, _ request: HTTPRequestMessage, timeout: Duration, group: any EventLoopGroup
    ) async throws(Refusal) -> RawStream {
        let head = RawStream.head(request) + request.body
        let bootstrap = ClientBootstrap(group: group).connectTimeout(connectTimeout)
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
        do {
            let made: (any Channel, NIOLoopBound<RawStreamHandler>, EventLoopFuture<Void>) = try await dial(
                bootstrap, endpoint
            ) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try TLSClient.secure(channel, to: endpoint)
                    let upgraded = channel.eventLoop.makePromise(of: Void.self)
                    let handler = RawStreamHandler(head, upgraded, TimeAmount(timeout))
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return (channel, NIOLoopBound(handler, eventLoop: channel.eventLoop), upgraded.futureResult)
                }
            }
            try await made.2.get()
            return RawStream(made.0, made.1)
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw .unreachable(TLSClient.words(error))
        }
    }

    private static func dial<Output: Sendable>(
        _ bootstrap: ClientBootstrap, _ endpoint: Endpoint,
        _ initializer: @escaping @Sendable (any Channel) -> EventLoopFuture<Output>
    ) async throws -> Output {
        switch endpoint {
        case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: initializer)
        case .tcp(let host, let port), .tls(let host, let port):
            try await bootstrap.connect(host: host, port: port, channelInitializer: initializer)
        }
    }

    private static func head(_ request: HTTPRequestMessage) -> [UInt8] {
        let query = request.rawQuery.isEmpty ? "" : "?" + request.rawQuery
        let fields = request.headers.fields.map { "\($0.name): \($0.value)\r\n" }.joined()
        let text =
            "\(request.method) \(request.rawPath)\(query) HTTP/1.1\r\n\(fields)"
            + "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: \(request.body.count)\r\n\r\n"
        return Array(text.utf8)
    }

    /// The next bytes. One reader at a time.
    /// - Returns: nil at the end, however it came.
    package func read() async -> [UInt8]? {
        let loop = channel.eventLoop
        let (channel, handler) = (channel, handler)
        let bytes = loop.flatSubmit { handler.value.next(channel) }
        return try? await bytes.get()
    }

    /// Writes bytes, and waits until the socket has taken them. At the end of the connection they are lost.
    package func write(_ bytes: [UInt8]) async {
        try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
    }

    /// Nothing more will be written.
    package func closeOutput() { channel.close(mode: .output, promise: nil) }

    /// Ends the connection.
    package func close() { channel.close(promise: nil) }
}

/// Reads the answer to the change of protocol, then bytes.
///
/// It keeps no more than the socket hands over at once, because it reads only when somebody waits.
final class RawStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let maximumAnswer = 64 << 10

    private let request: [UInt8]
    private let upgraded: EventLoopPromise<Void>
    private let timeout: TimeAmount
    private var answer: [UInt8] = []
    private var isUpgraded = false
    private var isEnded = false
    private var chunks: ArraySlice<[UInt8]> = []
    private var waiting: EventLoopPromise<[UInt8]?>?
    private var deadline: Scheduled<Void>?

    init(_ request: [UInt8], _ upgraded: EventLoopPromise<Void>, _ timeout: TimeAmount) {
        self.request = request
        self.upgraded = upgraded
        self.timeout = timeout
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request)), promise: nil)
        let (channel, upgraded) = (context.channel, upgraded)
        deadline = context.eventLoop.scheduleTask(in: timeout) {
            upgraded.fail(RawStream.Refusal.timeout)
            channel.close(promise: nil)
        }
        context.read()
    }

    /// The next bytes; nil at the end.
    func next(_ channel: any Channel) -> EventLoopFuture<[UInt8]?> {
        if let chunk = chunks.popFirst() { return channel.eventLoop.makeSucceededFuture(chunk) }
        if isEnded { return channel.eventLoop.makeSucceededFuture(nil) }
        let promise = channel.eventLoop.makePromise(of: [UInt8]?.self)
        waiting?.succeed(nil)
        waiting = promise
        channel.read()
        return promise.futureResult
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = Array(unwrapInboundIn(data).readableBytesView)
        if isUpgraded { return give(bytes) }
        answer += bytes
        guard answer.count <= RawStreamHandler.maximumAnswer else { return context.close(promise: nil) }
        begin(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if !isUpgraded || waiting != nil { context.read() }
        context.fireChannelReadComplete()
    }

    private func give(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if let promise = waiting {
            waiting = nil
            promise.succeed(bytes)
        } else {
            chunks.append(bytes)
        }
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard let (status, length, start) = head else { return }
        guard status == 101 || status == 200 && length == nil else {
            // The rest of a refusal is what the server has to say.
            guard answer.count - start >= length ?? 0 else { return }
            upgraded.fail(RawStream.Refusal.answered(status: status, body: Array(answer[start...])))
            return context.close(promise: nil)
        }
        isUpgraded = true
        deadline?.cancel()
        give(Array(answer[start...]))
        answer = []
        upgraded.succeed()
    }

    /// The status, the length of the body if it is told, and where the body begins; nil until the head is whole.
    private var head: (status: Int, length: Int?, start: Int)? {
        let end = Array("\r\n\r\n".utf8)
        guard answer.count >= end.count,
            let place = (0...(answer.count - end.count)).first(where: { answer[$0..<($0 + 4)].elementsEqual(end) })
        else { return nil }
        let lines = String(decoding: answer[..<place], as: UTF8.self).split(separator: "\r\n")
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) }
        return (status, length, place + end.count)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The process has ended; what it wrote was read before.
        if case ChannelEvent.inputClosed = event { end(context) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        upgraded.fail(RawStream.Refusal.unreachable("\(error)"))
        context.close(promise: nil)
    }

    private func end(_ context: ChannelHandlerContext) {
        isEnded = true
        deadline?.cancel()
        upgraded.fail(RawStream.Refusal.unreachable("the connection was closed"))
        waiting?.succeed(nil)
        waiting = nil
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        upgraded.fail(RawStream.Refusal.unreachable("the connection was not made"))
    }
}
