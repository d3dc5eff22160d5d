import NIOCore
import NIOHTTP1

/// One request, one answer, one connection: for what is not measured, and for latencies far above a connect's.
final class BenchCall: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: BenchRequest
    private let answer: EventLoopPromise<BenchAnswer>
    private var status = 0
    private var body: [UInt8] = []
    private var isOver = false

    init(_ request: BenchRequest, _ answer: EventLoopPromise<BenchAnswer>) {
        self.request = request
        self.answer = answer
    }

    /// Sends a request and waits for its answer.
    static func send(_ request: BenchRequest, to target: BenchTarget, on group: any EventLoopGroup) async throws
        -> BenchAnswer
    {
        let answer = group.next().makePromise(of: BenchAnswer.self)
        target.connect(on: group) { BenchCall(request, answer) }.whenFailure { answer.fail($0) }
        return try await answer.futureResult.get()
    }

    func channelActive(context: ChannelHandlerContext) {
        request.write(to: context, wrap: wrapOutboundOut)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): status = Int(head.status.code)
        case .body(let bytes): body.append(contentsOf: bytes.readableBytesView)
        case .end:
            finish(.success(BenchAnswer(status: status, body: body)))
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish(.failure(BenchError("the connection closed before the answer")))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(.failure(error))
        context.close(promise: nil)
    }

    private func finish(_ result: Result<BenchAnswer, any Error>) {
        guard !isOver else { return }
        isOver = true
        answer.completeWith(result)
    }
}

/// An answer to `BenchCall`.
struct BenchAnswer: Sendable {
    let status: Int
    let body: [UInt8]
}
