import NIOCore
import NIOPosix

/// Speaks with HAProxy over a unix socket: a line goes out, the answer is all that comes until the end.
struct RuntimeClient: Sendable {
    let path: String
    let group: any EventLoopGroup

    private static let timeout = TimeAmount.seconds(10)
    private static let maximumAnswer = 16 << 20

    /// Sends commands and waits for the answer.
    /// - Parameter text: with newlines between commands that have payloads; semicolons between others.
    /// - Throws: when there is nobody, or no answer in time.
    func send(_ text: String) async throws -> String {
        let promise = group.next().makePromise(of: String.self)
        let channel = try await connect(promise)
        let deadline = channel.eventLoop.scheduleTask(in: RuntimeClient.timeout) { channel.close(promise: nil) }
        defer {
            deadline.cancel()
            channel.close(promise: nil)
        }
        try await channel.writeAndFlush(ByteBuffer(string: text + "\n"))
        try? await channel.close(mode: .output)
        return try await promise.futureResult.get()
    }

    private func connect(_ promise: EventLoopPromise<String>) async throws -> any Channel {
        let bootstrap = ClientBootstrap(group: promise.futureResult.eventLoop)
            .connectTimeout(.seconds(2))
            // HAProxy's master answers only once it has seen the end of what we say.
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        AnswerHandler(promise, limit: RuntimeClient.maximumAnswer))
                }
            }
        do {
            return try await bootstrap.connect(unixDomainSocketPath: path).get()
        } catch {
            promise.fail(error)
            throw error
        }
    }
}

/// Collects an answer.
private final class AnswerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let promise: EventLoopPromise<String>
    private let limit: Int
    private var answer = ByteBuffer()

    init(_ promise: EventLoopPromise<String>, limit: Int) {
        self.promise = promise
        self.limit = limit
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var part = unwrapInboundIn(data)
        answer.writeBuffer(&part)
        if answer.readableBytes > limit { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) { promise.succeed(String(buffer: answer)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }
}
