import Foundation
import Glibc
import NIOCore
import NodeLink
import NodeNet

/// HAProxy as a process: a master that outlives this node and starts workers anew with every reload.
struct HAProxyProcess: Sendable {
    let files: Files
    let program: String
    let runtime: RuntimeClient
    private let master: RuntimeClient

    /// How long a reload may take: the new worker has to listen.
    private static let reloadLimit: Duration = .seconds(20)
    /// How long the master may be away.
    private static let masterLimit: Duration = .seconds(2)

    /// - Throws: `BalancerError.missing` when HAProxy is not installed.
    init(_ files: Files, group: any EventLoopGroup) throws {
        guard let program = Program.find("haproxy") else { throw BalancerError.missing("haproxy") }
        self.files = files
        self.program = program
        runtime = RuntimeClient(path: files.path("stats.sock"), group: group)
        master = RuntimeClient(path: files.path("master.sock"), group: group)
    }

    /// The descriptor that HAProxy writes log lines to. Its workers have it from their master.
    static let logDescriptor = 3

    /// Buffers that are larger than HAProxy's own are given back to the kernel and asked for again with every request,
    /// unless glibc is told to keep some. (Measured with 72 KiB: 42 us a request, and 32 with these.)
    private static let environment = ["MALLOC_TRIM_THRESHOLD_=67108864", "MALLOC_TOP_PAD_=8388608"]

    // MARK: Life

    /// Whether it writes into the pipe that is there now. One that was started by other means does not.
    var hasLogPipe: Bool {
        var there = stat()
        var ours = stat()
        guard let id = processID, stat("/proc/\(id)/fd/\(HAProxyProcess.logDescriptor)", &there) == 0,
            stat(files.path(LogPipe.file), &ours) == 0
        else { return false }
        return there.st_ino == ours.st_ino && there.st_dev == ours.st_dev
    }

    /// The master's process; nil when there is none, or its number is somebody else's by now.
    var processID: pid_t? { OwnProcess.find("haproxy.pid", of: "haproxy", in: files) }

    /// Starts it with the configuration that is in the directory, and waits until it serves.
    func start() async throws {
        for name in ["stats.sock", "master.sock", "haproxy.pid"] { files.remove(name) }
        let arguments = [
            "-D", "-W", "-S", "\(files.path("master.sock")),mode,600", "-p", files.path("haproxy.pid"), "-f",
            files.path("haproxy.cfg"),
        ]
        let answer = try await Program.run(
            program, arguments, output: files.path("haproxy.out"), pipe: files.path(LogPipe.file),
            environment: HAProxyProcess.environment)
        guard answer.status == 0 else { throw BalancerError.failed("haproxy did not start", words: answer.text) }
        guard await serves(besides: nil) else {
            throw BalancerError.failed("haproxy did not serve", words: answer.text)
        }
    }

    /// New workers with the configuration that is in the directory; returns once they serve.
    func reload() async throws {
        let old = try? await worker()
        _ = await processes()
        _ = try await master.send("reload")
        guard await serves(besides: old) else {
            throw BalancerError.failed("haproxy did not reload", words: files.read("haproxy.out") ?? "")
        }
    }

    /// Ends it, and waits.
    func stop() async {
        guard let id = processID else { return }
        kill(id, SIGTERM)
        let end = ContinuousClock.now + .seconds(5)
        while kill(id, 0) == 0, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(20)) }
        if kill(id, 0) == 0 { kill(id, SIGKILL) }
    }

    private func serves(besides old: Int?) async -> Bool {
        let end = ContinuousClock.now + HAProxyProcess.reloadLimit
        while ContinuousClock.now < end, !Task.isCancelled {
            if let now = try? await worker(), now != old { return true }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// The process that answers the runtime API.
    private func worker() async throws -> Int {
        let answer = try await runtime.send("show info")
        guard let line = answer.split(separator: "\n").first(where: { $0.hasPrefix("Pid: ") }),
            let id = Int(line.dropFirst(5))
        else { throw BalancerError.failed("haproxy does not say who it is", words: answer) }
        return id
    }

    /// Workers of earlier configurations that still have connections.
    func oldWorkers() async -> [Int] {
        let lines = await processes().split(separator: "\n")
        guard let start = lines.firstIndex(where: { $0.hasPrefix("# old workers") }) else { return [] }
        let rest = lines[lines.index(after: start)...].prefix { !$0.hasPrefix("#") }
        // Columns are filled up with spaces.
        return rest.compactMap { $0.split(whereSeparator: \.isWhitespace).first.flatMap { Int($0) } }
    }

    /// What the master says about its processes; empty when there is no master. It replaces itself after a reload, and
    /// nobody is at its socket until it has.
    private func processes() async -> String {
        let end = ContinuousClock.now + HAProxyProcess.masterLimit
        while !Task.isCancelled {
            if let answer = try? await master.send("show proc"), !answer.isEmpty { return answer }
            guard ContinuousClock.now < end else { break }
            try? await Task.sleep(for: .milliseconds(5))
        }
        return ""
    }

    /// Sends commands to an old worker; what it answers does not matter.
    func tell(_ worker: Int, _ commands: [String]) async {
        for command in commands { _ = try? await master.send("@!\(worker) \(command)") }
    }

    /// Asks an old worker; the answer is empty when it is gone.
    func ask(_ worker: Int, _ command: String) async -> String {
        (try? await master.send("@!\(worker) \(command)")) ?? ""
    }

    // MARK: Checking

    /// Whether HAProxy would take a configuration.
    enum Verdict: Sendable, Equatable {
        case good
        /// The lines it does not want, from 1, with its words.
        case bad(lines: [Int: String], words: String)
    }

    /// Asks HAProxy about the file of this name.
    func check(_ name: String) async throws -> Verdict {
        let answer = try await Program.run(
            program, ["-c", "-f", files.path(name)], output: files.path("check.out"))
        guard answer.status != 0 else { return .good }
        var lines: [Int: String] = [:]
        // [ALERT]    (12) : config : parsing [/run/haproxy.cfg:34] : error detected …
        for line in answer.text.split(separator: "\n") where line.hasPrefix("[ALERT]") {
            guard let open = line.firstIndex(of: "["), let start = line[line.index(after: open)...].range(of: ":")
            else { continue }
            let rest = line[start.upperBound...]
            guard let mark = rest.range(of: "\(name):") else { continue }
            let digits = rest[mark.upperBound...].prefix { $0.isNumber }
            let words = rest[mark.upperBound...].dropFirst(digits.count).drop { "] :".contains($0) }
            if let number = Int(digits) { lines[number] = String(words) }
        }
        return .bad(lines: lines, words: answer.text.trimmed)
    }
}
