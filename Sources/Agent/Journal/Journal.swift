import AWSWire
import NIOPosix
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What an agent has to remember over a crash: who it is (`instance.json`), and its tasks (`tasks.log`).
///
/// Blocking calls run on a thread of their own, one after another, in the order asked for.
package final class Journal: Sendable {
    private let directory: String
    private let pool: NIOThreadPool
    private let log: Mutex<TaskLog>
    /// A file that could not be read as a whole at the start; what it held is kept under another name.
    package let damaged: [String]
    /// The tasks found at the start.
    package let tasks: [JSONValue]
    /// The ARN of the registration before; nil for a new instance.
    package let containerInstanceARN: String?
    /// What tells this instance from all others, made at the first start: `i-` and 17 hexadecimal digits.
    package let instanceID: String
    private let isDurable: Bool

    /// The largest `instance.json` that is read back.
    private static let maximumFile = 64 << 10

    /// Opens a directory, and makes it if need be.
    /// - Parameters:
    ///   - isDurable: whether to wait for the disk. Not worth while when the containers are not real either.
    ///   - random: names a new instance.
    /// - Throws: `JournalError` when that cannot be done.
    package init(_ directory: String, isDurable: Bool = true, random: inout SeededRandom) throws {
        self.directory = directory
        self.isDurable = isDurable
        try Journal.makeDirectory(directory)
        var tasks: [JSONValue] = []
        let log = try TaskLog(directory + "/tasks.log", isDurable: isDurable) { tasks.append($0) }
        damaged = log.isDamaged ? [directory + "/tasks.log"] : []
        self.log = Mutex(log)
        self.tasks = tasks
        let identity = Journal.read(directory + "/instance.json") ?? .null
        containerInstanceARN = identity["containerInstanceArn"]?.stringValue
        instanceID = identity["instanceId"]?.stringValue ?? "i-" + random.hex(17)
        // Before the first container bears the name.
        if identity["instanceId"] == nil {
            let content: JSONValue = ["instanceId": .string(instanceID)]
            try TaskLog.replace(directory + "/instance.json", content.encode(), isDurable)
        }
        pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
    }

    /// Keeps the ARN of the registration.
    package func save(containerInstanceARN: String) async throws {
        let content: JSONValue = [
            "instanceId": .string(instanceID), "containerInstanceArn": .string(containerInstanceARN),
        ]
        let (directory, isDurable) = (directory, isDurable)
        try await pool.runIfActive {
            try TaskLog.replace(directory + "/instance.json", content.encode(), isDurable)
        }
    }

    /// Keeps tasks as they are now, and forgets others, in one flush.
    /// - Throws: `JournalError`; then none of it was kept.
    package func save(_ entries: [JournalEntry], forgetting tasks: [String] = []) async throws {
        guard !entries.isEmpty || !tasks.isEmpty else { return }
        try await pool.runIfActive { try self.log.withLock { try $0.append(entries, forgetting: tasks) } }
    }

    /// Waits for what was asked for, and ends the thread.
    package func close() async {
        try? await pool.shutdownGracefully()
        log.withLock { $0.close() }
    }

    private static func makeDirectory(_ path: String) throws {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += part + "/"
            guard mkdir(partial, 0o700) == 0 || errno == EEXIST else { throw JournalError("make", partial) }
        }
    }

    /// A file of JSON; nil when there is none, or nothing that can be read.
    /// - Parameter limit: bytes of it.
    static func read(_ path: String, limit: Int = maximumFile) -> JSONValue? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = fread(&buffer, 1, limit, file)
        return try? JSONValue.parse(Array(buffer[..<count]))
    }
}

/// The journal could not do something.
package struct JournalError: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, _ path: String) {
        description = "could not \(what) \(path): \(String(cString: strerror(errno)))"
    }
}
