import Foundation

/// A program that the benchmark starts and ends: a region of its own, or a peer.
final class BenchProcess {
    private let process = Process()

    /// Starts a program; what it prints goes to a file.
    init(_ program: String, _ arguments: [String], environment: [String: String] = [:], log: URL) throws {
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        _ = FileManager.default.createFile(atPath: log.path, contents: nil)
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    var isRunning: Bool { process.isRunning }

    var processID: Int32 { process.processIdentifier }

    /// Asks the program to end, and ends it after a while: moto_server does not heed SIGTERM.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        waitForEnd(atMostSeconds: 3)
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Waits for the program to end by itself.
    func waitForEnd(atMostSeconds seconds: Int) {
        for _ in 0..<seconds * 100 where process.isRunning { Thread.sleep(forTimeInterval: 0.01) }
    }
}

extension BenchProcess {
    /// The memory of a process that is in RAM.
    /// - Parameter process: its number, or `self`.
    static func residentMiB(of process: String) throws -> Double {
        let status = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        guard let kib = status.firstMatch(of: /VmRSS:\s+(\d+) kB/)?.1 else { throw BenchError("no VmRSS") }
        return (Double(kib) ?? 0) / 1_024
    }

    /// The processor time a process has taken, in seconds.
    static func cpuSeconds(of process: String) throws -> Double {
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        // The name, in parentheses, may hold spaces; after it come the state and eleven other fields.
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw BenchError("no times of process \(process)")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// A port of this machine that nobody uses at the moment.
    static func freePort() throws -> Int {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, length) == 0 && getsockname(socket, $0, &length) == 0
            }
        }
        guard isBound else { throw BenchError("no free port on 127.0.0.1") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
