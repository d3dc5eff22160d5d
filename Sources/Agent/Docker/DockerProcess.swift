import AWSWire
import NodeLink
import NodeNet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A command that the engine runs in a container (`exec`), over a connection of its own.
actor DockerProcess: EngineProcess {
    /// The engine notices the end of a process a little later than the end of its output.
    private static let exitAttempts = 40
    private static let exitPause: Duration = .milliseconds(25)
    /// Between asking a process to end and ending it.
    private static let patience: Duration = .seconds(2)

    private let id: String
    private let container: String
    private let hasTerminal: Bool
    private let client: DockerClient
    private let stream: RawStream
    /// Whether the engine's processes are this machine's.
    private let isLocal: Bool
    private let timeout: Duration
    private var frames = OutputFrames()

    init(
        _ id: String, in container: String, hasTerminal: Bool, _ client: DockerClient, _ stream: RawStream,
        isLocal: Bool, timeout: Duration
    ) {
        self.id = id
        self.container = container
        self.hasTerminal = hasTerminal
        self.client = client
        self.stream = stream
        self.isLocal = isLocal
        self.timeout = timeout
    }

    func read() async -> [EngineOutput]? {
        guard let bytes = await stream.read() else { return nil }
        return hasTerminal ? [EngineOutput(bytes)] : frames.take(bytes)
    }

    func write(_ bytes: [UInt8]) async { await stream.write(bytes) }

    func endInput() { if !hasTerminal { stream.closeOutput() } }

    func resize(_ size: TerminalSize) async {
        let query = [("h", String(size.rows)), ("w", String(size.columns))]
        // A process that has just ended has no terminal any more.
        _ = try? await client.call("POST", "/exec/\(id)/resize", query: query, timeout: timeout)
    }

    func exitCode() async -> Int? {
        for _ in 0..<DockerProcess.exitAttempts {
            guard let details = try? await client.call("GET", "/exec/\(id)/json", timeout: timeout) else { return nil }
            if details["Running"]?.boolValue == false { return details["ExitCode"]?.intValue }
            try? await Task.sleep(for: DockerProcess.exitPause)
        }
        return nil
    }

    /// The engine has no call for that, so the process is told by its number, if it is one of this machine. Elsewhere
    /// the end of its input has to do; a terminal gets Ctrl-C and Ctrl-D for it.
    func stop() async {
        let ended = isLocal ? await DockerProcess.end(id, in: container, client, timeout: timeout) : false
        if !ended, hasTerminal { await stream.write([3, 4]) }
        stream.close()
    }

    /// Ends a process of this machine.
    /// - Returns: whether it could be told.
    static func end(_ id: String, in container: String, _ client: DockerClient, timeout: Duration) async -> Bool {
        guard let number = await running(id, in: container, client, timeout: timeout) else { return false }
        // A terminal hangs up: its shell tells everything it began.
        _ = kill(number, SIGHUP)
        try? await Task.sleep(for: DockerProcess.patience)
        if await running(id, in: container, client, timeout: timeout) == number { _ = kill(number, SIGKILL) }
        return true
    }

    /// The number of the process, when it runs on this machine and in this container: numbers are used again.
    private static func running(
        _ id: String, in container: String, _ client: DockerClient, timeout: Duration
    ) async -> pid_t? {
        guard let details = try? await client.call("GET", "/exec/\(id)/json", timeout: timeout),
            details["Running"]?.boolValue == true, let number = details["Pid"]?.intValue, number > 1,
            controlGroups(of: number).contains(container)
        else { return nil }
        return pid_t(number)
    }

    /// The control groups of a process, as the kernel lists them; they name its container. Empty when there is none.
    static func controlGroups(of process: Int) -> String {
        let file = open("/proc/\(process)/cgroup", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { _ = Glibc.close(file) }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = Glibc.read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
