import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Programs of Debian's that the benchmark of load balancers needs.
enum BenchProgram {
    /// - Throws: with how to install it, when it is not there.
    static func find(_ name: String, package: String) throws -> String {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let places = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        let found = places.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let found else { throw BenchError("\(name) is not installed: apt-get install \(package)") }
        return found
    }
}

/// A fast web server on any number of ports: nginx, which answers two bytes.
final class BenchWeb {
    private let process: BenchProcess

    /// - Parameter ports: all of them on all addresses.
    init(_ folder: URL, ports: ClosedRange<Int>) throws {
        let file = folder.appending(path: "web.conf")
        let text = """
            pid \(folder.path)/web.pid; error_log \(folder.path)/web.log; worker_processes 1; daemon off;
            worker_rlimit_nofile 16384;
            events { worker_connections 8192; }
            http { access_log off; keepalive_requests 1000000000;
              server { listen \(ports.lowerBound)-\(ports.upperBound); location / { return 200 "ok"; } } }
            """
        try text.write(to: file, atomically: true, encoding: .utf8)
        process = try BenchProcess(
            try BenchProgram.find("nginx", package: "nginx-light"),
            ["-p", folder.path, "-c", file.path, "-e", "\(folder.path)/web.log"],
            log: folder.appending(path: "web.out"))
    }

    func stop() { process.stop() }
}

/// A web server that knows when it was asked.
final class BenchWitness: Sendable {
    struct Times: Sendable {
        /// When a check was answered last.
        var check: ContinuousClock.Instant?
        /// Requests since the last `reset`.
        var first: ContinuousClock.Instant?
        var last: ContinuousClock.Instant?
    }

    private let record = WitnessRecord()
    private let channel: any Channel

    init(group: any EventLoopGroup) async throws {
        let record = record
        channel = try await ServerBootstrap(group: group)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(WitnessHandler(record))
                }
            }
            .bind(host: "0.0.0.0", port: 0).get()
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    var now: Times { record.times.withLock { $0 } }

    func reset() { record.times.withLock { $0 = Times() } }

    func stop() { channel.close(promise: nil) }
}

private final class WitnessRecord: Sendable {
    let times = Mutex(BenchWitness.Times())
}

private final class WitnessHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let record: WitnessRecord
    private var isCheck = false

    init(_ record: WitnessRecord) { self.record = record }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): isCheck = head.headers["user-agent"].contains { $0.hasPrefix("ELB-HealthChecker") }
        case .body: break
        case .end:
            let now = ContinuousClock.now
            record.times.withLock { times in
                if isCheck {
                    if times.first == nil { times.check = now }
                } else {
                    times.first = times.first ?? now
                    times.last = now
                }
            }
            let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: ["content-length": "0"])
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
