import AWSWire
import NIOCore
import NIOPosix
import NodeLink

/// Makes health checks: a connection, or a request over HTTP/1.1. What needs TLS or HTTP/2 goes by way of HAProxy.
struct HealthChecker: Sendable {
    let group: any EventLoopGroup
    /// Where HAProxy turns plain requests into others.
    let probes: String
    /// Whether every check passes.
    var isSimulated = false

    /// Bytes of an answer that are looked at.
    private static let limit = 64 << 10

    func perform(_ check: Check) async -> CheckResult {
        guard !isSimulated else { return .passed }
        let promise = group.next().makePromise(of: CheckResult.self)
        let handler = { @Sendable in CheckHandler(check, promise) }
        let bootstrap = ClientBootstrap(group: promise.futureResult.eventLoop)
            .connectTimeout(.seconds(Int64(check.timeoutSeconds)))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(handler()) }
            }
        do {
            let channel: any Channel
            if case .probe = check.method {
                channel = try await bootstrap.connect(unixDomainSocketPath: probes).get()
            } else {
                let address = try SocketAddress(ipAddress: check.address, port: check.port)
                channel = try await bootstrap.connect(to: address).get()
            }
            let deadline = channel.eventLoop.scheduleTask(in: .seconds(Int64(check.timeoutSeconds))) {
                promise.succeed(.failed(.timeout))
            }
            defer {
                deadline.cancel()
                channel.close(promise: nil)
            }
            return try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                channel.close(promise: nil)
            }
        } catch {
            let result = CheckResult.failed(error is ChannelError && "\(error)".contains("imeout") ? .timeout : .failed)
            promise.succeed(result)
            return result
        }
    }

    /// The request of a check.
    /// Source: Application Load Balancers guide, "Health checks": the agent's name and the Host header.
    static func request(_ check: Check) -> [UInt8] {
        // A path is one word of the request line.
        let path = check.path.utf8.flatMap { byte -> [UInt8] in
            byte <= 0x20 || byte >= 0x7F ? Array("%\(HAProxySyntax.hex(byte).uppercased())".utf8) : [byte]
        }
        var head = [check.isGRPC ? "POST" : "GET", String(decoding: path, as: UTF8.self), "HTTP/1.1\r\n"]
            .joined(separator: " ")
        let host = check.address.contains(":") ? "[\(check.address)]" : check.address
        head += "Host: \(host):\(check.port)\r\nUser-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n"
        if case .probe(let how) = check.method {
            head += "X-Roost-Address: \(check.address)\r\nX-Roost-Port: \(check.port)\r\nX-Roost-Probe: \(how)\r\n"
        }
        guard check.isGRPC else { return Array((head + "Accept-Encoding: gzip, compressed\r\n\r\n").utf8) }
        head += "Content-Type: application/grpc\r\nTE: trailers\r\nContent-Length: 5\r\n\r\n"
        // An empty message: not compressed, no bytes.
        return Array(head.utf8) + [0, 0, 0, 0, 0]
    }

    /// What an answer says, as far as it has come.
    /// - Parameter isWhole: whether nothing more will come.
    /// - Returns: nil when more is needed.
    static func result(_ answer: [UInt8], _ check: Check, isWhole: Bool) -> CheckResult? {
        if case .connect = check.method { return .passed }
        guard let end = answer.firstIndex(of: 10) else {
            return isWhole || answer.count > limit ? .failed(.failed) : nil
        }
        let words = String(decoding: answer[..<end], as: UTF8.self).split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(String(words[1]).trimmed) else {
            return .failed(.failed)
        }
        // HAProxy's own answer for a target that it could not ask.
        if case .probe = check.method, status >= 502, isOurs(answer) {
            return .failed(status == 504 ? .timeout : .failed)
        }
        guard check.isGRPC else { return check.result(code: status) }
        guard status == 200 else { return .failed(.codes(status)) }
        let text = String(decoding: answer, as: UTF8.self).lowercased()
        // In the head, or behind the body.
        if let mark = text.range(ofPart: "grpc-status:") {
            let digits = text[mark...].drop { $0 == " " }.prefix { $0.isNumber }
            let isOver = text[mark...].contains("\n")
            if isOver { return Int(digits).map { check.result(code: $0) } ?? .failed(.failed) }
        }
        return isWhole || answer.count > limit ? .failed(.failed) : nil
    }

    private static func isOurs(_ answer: [UInt8]) -> Bool {
        String(decoding: answer.prefix(2_048), as: UTF8.self).lowercased().contains("server: awselb/2.0")
    }
}

extension String {
    /// The index behind the first occurrence of a text.
    fileprivate func range(ofPart part: String) -> Index? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(part) { return self.index(index, offsetBy: part.count) }
            index = self.index(after: index)
        }
        return nil
    }
}

/// One check over one connection.
private final class CheckHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let check: Check
    private let promise: EventLoopPromise<CheckResult>
    private var answer: [UInt8] = []

    init(_ check: Check, _ promise: EventLoopPromise<CheckResult>) {
        self.check = check
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        if case .connect = check.method { return promise.succeed(.passed) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: HealthChecker.request(check))), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer += Array(unwrapInboundIn(data).readableBytesView)
        if let result = HealthChecker.result(answer, check, isWhole: false) { promise.succeed(result) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.succeed(HealthChecker.result(answer, check, isWhole: true) ?? .failed(.failed))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.succeed(.failed(.failed))
        context.close(promise: nil)
    }
}
