import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Takes HAProxy's access log: it connects to a unix socket and sends a line for each request, many at a time.
final class LogReceiver: Sendable {
    private let channel: any Channel

    /// Listens.
    /// - Parameter take: gets the lines of one read, without their ends; on an event loop.
    init(
        path: String, group: any EventLoopGroup, take: @escaping @Sendable ([ArraySlice<UInt8>]) -> Void
    ) async throws {
        channel = try await ServerBootstrap(group: group)
            .childChannelOption(.recvAllocator, value: LogHandler.allocator)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LogHandler(take))
                }
            }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true).get()
    }

    func close() { channel.close(promise: nil) }
}

/// A named pipe that HAProxy writes a short line into for each request. What comes while the node is away waits there,
/// 1 MiB of it: ten thousand requests.
final class LogPipe: Sendable {
    static let file = "log.fifo"
    private static let bytes: Int32 = 1 << 20
    /// F_SETPIPE_SZ of Linux.
    private static let setSize: Int32 = 1_031

    private let channel: any Channel

    /// Makes the pipe unless it is there, and reads it.
    /// - Parameter take: gets the lines of one read, without their ends; on an event loop.
    /// - Throws: `BalancerError` when it cannot be.
    init(
        path: String, group: any EventLoopGroup, take: @escaping @Sendable ([ArraySlice<UInt8>]) -> Void
    ) async throws {
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFIFO { unlink(path) }
        guard mkfifo(path, 0o600) == 0 || errno == EEXIST else { throw BalancerError.directory(path, "errno \(errno)") }
        // For writing too: without a writer there would be an end.
        let descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw BalancerError.directory(path, "errno \(errno)") }
        // What the machine allows less of is less.
        _ = fcntl(descriptor, LogPipe.setSize, LogPipe.bytes)
        channel = try await NIOPipeBootstrap(group: group)
            .channelOption(.recvAllocator, value: LogHandler.allocator)
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(LogHandler(take))
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor).get()
    }

    func close() { channel.close(promise: nil) }
}

/// Cuts the bytes into lines.
private final class LogHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    static let allocator = FixedSizeRecvByteBufferAllocator(capacity: 256 << 10)
    /// Of a line: HAProxy's are shorter.
    private static let limit = 64 << 10
    /// From one read to the next: a reader that comes for every line costs more than the requests do. It comes sooner
    /// after a read that brought much, long before a pipe is full, be it one of 64 KiB.
    private static func pause(after bytes: Int) -> TimeAmount { .milliseconds(bytes < 16 << 10 ? 50 : 10) }

    private let take: @Sendable ([ArraySlice<UInt8>]) -> Void
    private var rest: [UInt8] = []
    /// What the read brought.
    private var bytes = 0

    init(_ take: @escaping @Sendable ([ArraySlice<UInt8>]) -> Void) { self.take = take }

    func channelActive(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let read = unwrapInboundIn(data)
        bytes += read.readableBytes
        rest += read.readableBytesView
        guard let last = rest.lastIndex(of: 10) else {
            if rest.count > LogHandler.limit { rest = [] }
            return
        }
        take(rest[..<last].split(separator: 10))
        rest = Array(rest[(last + 1)...])
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        let channel = context.channel
        context.eventLoop.scheduleTask(in: LogHandler.pause(after: bytes)) { channel.read() }
        bytes = 0
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
