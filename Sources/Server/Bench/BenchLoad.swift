import NIOCore
import NIOHTTP1

/// The load: one request sent a number of times over a number of connections that each wait for their answer before
/// they send again. Connections are kept alive as far as the server allows, and made anew when it closes them.
enum BenchLoad {
    /// Runs the load.
    /// - Returns: answers per second, from the first request to the last answer.
    static func run(
        _ request: BenchRequest, to target: BenchTarget, count: Int, connections: Int, on group: any EventLoopGroup
    ) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let shares = (0..<connections).map { count / connections + ($0 < count % connections ? 1 : 0) }
        let workers = shares.filter { $0 > 0 }.map { work(request, target, left: $0, on: group.next()) }
        let failures = try await EventLoopFuture.reduce(0, workers, on: group.next(), +).get()
        let elapsed = clock.now - start
        guard failures == 0 else { throw BenchError("\(failures) of \(count) answers were errors") }
        return Double(count) / (elapsed / .seconds(1))
    }

    /// Sends what is left over as many connections as it takes; one after another.
    private static func work(
        _ request: BenchRequest, _ target: BenchTarget, left: Int, on loop: any EventLoop
    ) -> EventLoopFuture<Int> {
        let promise = loop.makePromise(of: LoadResult.self)
        target.connect(on: loop) { LoadHandler(request, left: left, promise) }.whenFailure { promise.fail($0) }
        return promise.futureResult.flatMap { result in
            if result.left == 0 { return loop.makeSucceededFuture(result.failures) }
            if result.left == left { return loop.makeFailedFuture(BenchError("the server closed without an answer")) }
            return work(request, target, left: result.left, on: loop).map { $0 + result.failures }
        }
    }
}

/// What one connection got done.
private struct LoadResult: Sendable {
    var left: Int
    var failures = 0
}

/// Sends the request again whenever its answer is complete, until its share is done or the server closes.
private final class LoadHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: BenchRequest
    private let promise: EventLoopPromise<LoadResult>
    private var result: LoadResult
    private var keepsAlive = true

    init(_ request: BenchRequest, left: Int, _ promise: EventLoopPromise<LoadResult>) {
        self.request = request
        self.promise = promise
        result = LoadResult(left: left)
    }

    func channelActive(context: ChannelHandlerContext) {
        request.write(to: context, wrap: wrapOutboundOut)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            keepsAlive = head.isKeepAlive
            if head.status != .ok { result.failures += 1 }
        case .body: break
        case .end:
            result.left -= 1
            if result.left > 0 && keepsAlive {
                request.write(to: context, wrap: wrapOutboundOut)
            } else {
                context.close(promise: nil)
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(result)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
