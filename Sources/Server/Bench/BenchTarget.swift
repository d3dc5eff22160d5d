import NIOCore
import NIOHTTP1
import NIOPosix

/// Where the benchmark's client connects: a region or a peer over loopback, or an engine's socket.
enum BenchTarget: Sendable {
    case tcp(port: Int)
    case address(String, port: Int)
    case unix(path: String)

    /// What the `Host` header says. The engine refuses requests without one.
    var host: String {
        switch self {
        case .tcp(let port): "127.0.0.1:\(port)"
        case .address(let address, let port): "\(address):\(port)"
        case .unix: "engine"
        }
    }

    /// Connects, with an HTTP client pipeline that ends in what `handler` makes.
    func connect(
        on group: any EventLoopGroup, handler: @escaping @Sendable () -> some ChannelHandler
    ) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(handler())
                }
            }
        switch self {
        case .tcp(let port): return bootstrap.connect(host: "127.0.0.1", port: port)
        case .address(let address, let port): return bootstrap.connect(host: address, port: port)
        case .unix(let path): return bootstrap.connect(unixDomainSocketPath: path)
        }
    }
}

/// A request ready to be sent any number of times: signed once, encoded once.
struct BenchRequest: Sendable {
    let head: HTTPRequestHead
    let body: ByteBuffer

    init(method: HTTPMethod = .POST, path: String = "/", headers: [(String, String)], body: [UInt8]) {
        var all = HTTPHeaders(headers)
        all.replaceOrAdd(name: "Content-Length", value: String(body.count))
        head = HTTPRequestHead(version: .http1_1, method: method, uri: path, headers: all)
        self.body = ByteBuffer(bytes: body)
    }

    func write(to context: ChannelHandlerContext, wrap: (HTTPClientRequestPart) -> NIOAny) {
        context.write(wrap(.head(head)), promise: nil)
        if body.readableBytes > 0 { context.write(wrap(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrap(.end(nil)), promise: nil)
    }
}

/// What went wrong with a benchmark, in words for the terminal.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
