import AWSWire
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// One listener of the endpoints. Requests are small and few; what is larger or slower than that is cut off.
final class EndpointServer: Sendable {
    /// Where to listen.
    enum Place: Sendable {
        /// An address, which several agents of a machine may share: the kernel gives each its part.
        case tcp(host: String, port: Int, isShared: Bool)
        case unix(path: String)
    }

    /// Answers a request.
    /// - Parameter caller: the caller's address; empty on a unix socket.
    typealias Answer = @Sendable (_ request: HTTPRequestMessage, _ caller: String) async -> EndpointResponse

    private let channel: any Channel
    private let connections: Connections

    /// The connections that are open.
    fileprivate final class Connections: Sendable {
        private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

        func add(_ channel: any Channel) {
            channels.withLock { $0[ObjectIdentifier(channel)] = channel }
            channel.closeFuture.whenComplete { _ in
                self.channels.withLock { $0[ObjectIdentifier(channel)] = nil }
            }
        }

        func close() { for channel in channels.withLock({ Array($0.values) }) { channel.close(promise: nil) } }
    }

    private init(_ channel: any Channel, _ connections: Connections) {
        self.channel = channel
        self.connections = connections
    }

    /// The port, also when 0 was asked for.
    var port: Int { channel.localAddress?.port ?? 0 }

    /// Begins to listen.
    /// - Throws: when that is not possible.
    static func start(_ place: Place, on group: any EventLoopGroup, answer: @escaping Answer) async throws
        -> EndpointServer
    {
        let connections = Connections()
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 128)
            // A caller may close its half behind its request, and still wants the answer.
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                connections.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(IdleStateHandler(allTimeout: EndpointHandler.idleTimeout))
                    try pipeline.addHandler(EndpointHandler(answer))
                }
            }
        switch place {
        case .unix(let path):
            let channel = try await bootstrap.bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
            return EndpointServer(channel, connections)
        case .tcp(let host, let port, let isShared):
            bootstrap = bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            if isShared {
                bootstrap = bootstrap.serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
            }
            return EndpointServer(try await bootstrap.bind(host: host, port: port).get(), connections)
        }
    }

    /// Ends it, and what is under way.
    func stop() async {
        try? await channel.close()
        connections.close()
    }
}

/// Serves one connection, one request at a time.
private final class EndpointHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    static let idleTimeout = TimeAmount.seconds(60)
    /// Source: the largest body is that of a change of protection.
    private static let maximumBody = 16 << 10

    private let answer: EndpointServer.Answer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []

    init(_ answer: @escaping EndpointServer.Answer) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let buffer):
            guard body.count + buffer.readableBytes <= EndpointHandler.maximumBody else {
                return context.close(promise: nil)
            }
            body += buffer.readableBytesView
        case .end:
            guard let head else { return }
            self.head = nil
            serve(head, context)
        }
    }

    private func serve(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let headers = AWSWire.HTTPHeaders(head.headers.map { field -> (String, String) in (field.name, field.value) })
        let request = HTTPRequestMessage(
            method: head.method.rawValue, rawPath: String(parts.first ?? "/"),
            rawQuery: parts.count > 1 ? String(parts[1]) : "", headers: headers, body: body)
        let address = context.remoteAddress
        let caller = address?.ipAddress.map { ip in "\(ip):\(address?.port ?? 0)" } ?? ""
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let answer = answer
        Task {
            let response = await answer(request, caller)
            loop.execute {
                let (handler, context) = bound.value
                handler.write(response, head, context)
            }
        }
    }

    private func write(_ response: EndpointResponse, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        var answer = HTTPResponseHead(
            version: head.version, status: HTTPResponseStatus(statusCode: response.status),
            headers: ["Content-Type": response.contentType, "Content-Length": "\(response.body.count)"])
        if response.isForeign { answer.headers.add(name: EndpointPeers.foreignHeader, value: "1") }
        if !head.isKeepAlive { answer.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        if head.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { _ in
            if !head.isKeepAlive { channel.close(promise: nil) }
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
