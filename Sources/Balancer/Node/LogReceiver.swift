import NIOCore
import NIOPosix
import Synchronization

/// Takes HAProxy's log: it connects to a unix socket and sends a line for each request, many at a time.
final class LogReceiver: Sendable {
    private let channel: any Channel

    /// Listens.
    /// - Parameter take: gets the lines of one read, without their ends; on an event loop.
    init(
        path: String, group: any EventLoopGroup, take: @escaping @Sendable ([ArraySlice<UInt8>]) -> Void
    ) async throws {
        channel = try await ServerBootstrap(group: group)
            .childChannelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 256 << 10))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LogHandler(take))
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
    }

    func close() { channel.close(promise: nil) }
}

/// Cuts the bytes into lines.
private final class LogHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// Of a line: HAProxy's are shorter.
    private static let limit = 64 << 10

    private let take: @Sendable ([ArraySlice<UInt8>]) -> Void
    private var rest: [UInt8] = []

    init(_ take: @escaping @Sendable ([ArraySlice<UInt8>]) -> Void) { self.take = take }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        rest += unwrapInboundIn(data).readableBytesView
        guard let last = rest.lastIndex(of: 10) else {
            if rest.count > LogHandler.limit { rest = [] }
            return
        }
        take(rest[..<last].split(separator: 10))
        rest = Array(rest[(last + 1)...])
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
