import NIOCore
import NIOHTTP1
import NIOPosix
import NodeNet

/// The one listener of a region: API requests and agents' websockets on one port.
final class Listener: Sendable {
    private let channel: any Channel
    private let quiescing: ConnectionSet

    /// The port, also when 0 was asked for.
    let port: Int

    private init(_ channel: any Channel, _ quiescing: ConnectionSet) {
        self.channel = channel
        self.quiescing = quiescing
        port = channel.localAddress?.port ?? 0
    }

    /// Begins to listen.
    /// - Parameter tls: makes the port one of HTTPS, too.
    /// - Throws: when the address cannot be bound.
    static func start(
        host: String, port: Int, tls: TLSServer? = nil, _ handler: any RequestHandling,
        _ limits: ListenerLimits = ListenerLimits(), on group: any EventLoopGroup
    ) async throws -> Listener {
        let connections = ConnectionSet()
        let channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                connections.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let addHTTP: FirstByteHandler.Adding = { pipeline, isSecure in
                        try pipeline.addHandlers([
                            ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes)),
                            HTTPHandler(handler, limits, isSecure: isSecure),
                        ])
                    }
                    guard let tls else { return try addHTTP(pipeline, false) }
                    try pipeline.addHandler(
                        FirstByteHandler(tls, limit: limits.requestTimeout, addProtocol: addHTTP))
                }
            }
            .bind(host: host, port: port).get()
        return Listener(channel, connections)
    }

    /// Stops accepting, lets what is being answered finish for a moment, then closes everything.
    func stop() async {
        try? await channel.close()
        await quiescing.drain(within: .seconds(3))
    }
}
