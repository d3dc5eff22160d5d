import Foundation

/// The peer: HAProxy with what somebody would write by hand, and the load generator for both.
///
/// It is a daemon, as a node's is: the kernel shares processors out between sessions (`sched_autogroup_enabled`). One
/// in the session of wrk is woken at other times, and has a few per cent more requests of it.
final class BenchHAProxy {
    /// Its master.
    private let process: pid_t

    /// Listens beside a load balancer, on its address, and forwards to the same target: the headers that tell of the
    /// client, kept connections on both sides as HAProxy has them of its own accord, and no log.
    init(_ folder: URL, address: String, port: Int, target: String) throws {
        let file = folder.appending(path: "haproxy.cfg")
        let text = """
            defaults
                mode http
                timeout connect 5s
                timeout client 60s
                timeout server 60s
            frontend web
                bind \(address):\(port)
                option forwardfor
                http-request set-header X-Forwarded-Proto http
                http-request set-header X-Forwarded-Port \(port)
                default_backend web
            backend web
                balance roundrobin
                server a \(target)

            """
        try text.write(to: file, atomically: true, encoding: .utf8)
        let pid = folder.appending(path: "haproxy.pid")
        let log = folder.appending(path: "haproxy.out")
        let starter = try BenchProcess(
            try BenchProgram.find("haproxy", package: "haproxy"), ["-D", "-W", "-p", pid.path, "-f", file.path],
            log: log)
        starter.waitForEnd(atMostSeconds: 10)
        let words = (try? String(contentsOf: pid, encoding: .utf8)) ?? ""
        guard let process = words.split(whereSeparator: \.isWhitespace).first.flatMap({ pid_t($0) }) else {
            throw BenchError("haproxy does not start: \((try? String(contentsOf: log, encoding: .utf8)) ?? "")")
        }
        self.process = process
    }

    func stop() { kill(process, SIGTERM) }
}

/// A round of wrk. Its requests have a name in `Host`, as clients of a usual port send it; wrk's own has the port.
struct BenchWrk {
    let requestsPerSecond: Double
    /// Milliseconds.
    let p99: Double

    /// - Throws: when an answer is no 200, or a connection fails.
    static func run(
        _ address: String, port: Int, connections: Int, seconds: Int, folder: URL
    ) async throws -> BenchWrk {
        let log = folder.appending(path: "wrk.out")
        let process = try BenchProcess(
            try BenchProgram.find("wrk", package: "wrk"),
            [
                "-t1", "-c\(connections)", "-d\(seconds)s", "--latency", "-H", "Host: bench.example.com",
                "http://\(address):\(port)/",
            ], log: log)
        try await BenchECS.wait("wrk", seconds: Double(seconds) + 20, pause: .milliseconds(50)) { !process.isRunning }
        let words = try String(contentsOf: log, encoding: .utf8)
        guard !words.contains("Non-2xx"), !words.contains("Socket errors") else {
            throw BenchError("requests failed:\n\(words)")
        }
        guard let rate = words.firstMatch(of: /Requests\/sec:\s+([\d.]+)/)?.1, let rate = Double(rate),
            let late = words.firstMatch(of: /99%\s+([\d.]+)(us|ms|s)\s/), let p99 = Double(late.1)
        else { throw BenchError("wrk said what is not understood:\n\(words)") }
        return BenchWrk(requestsPerSecond: rate, p99: p99 * (late.2 == "us" ? 0.001 : late.2 == "s" ? 1_000 : 1))
    }
}
