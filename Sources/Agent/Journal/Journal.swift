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

/// What an agent has to remember over a crash: who it is, and a small file for each task.
///
/// A file is written beside, flushed and renamed, so that it is whole or not there. Blocking calls run on threads of
/// their own, one after another, in the order asked for.
package final class Journal: Sendable {
    private let directory: String
    private let pool: NIOThreadPool
    /// A file that could not be read at the start; it is kept under another name.
    package let damaged: [String]
    /// The tasks found at the start.
    package let tasks: [JSONValue]
    /// The ARN of the registration before; nil for a new instance.
    package let containerInstanceARN: String?
    /// What tells this instance from all others, made at the first start: `i-` and 17 hexadecimal digits.
    package let instanceID: String
    private let isDurable: Bool

    /// The largest file that is read back.
    private static let maximumFile = 16 << 20

    /// Opens a directory, and makes it if need be.
    /// - Parameters:
    ///   - isDurable: whether to wait for the disk. Not worth while when the containers are not real either.
    ///   - random: names a new instance.
    /// - Throws: `JournalError` when that cannot be done.
    package init(_ directory: String, isDurable: Bool = true, random: inout SeededRandom) throws {
        self.directory = directory
        self.isDurable = isDurable
        try Journal.makeDirectory(directory)
        try Journal.makeDirectory(directory + "/tasks")
        var tasks: [JSONValue] = []
        var damaged: [String] = []
        for name in try Journal.names(in: directory + "/tasks") {
            let path = "\(directory)/tasks/\(name)"
            // Unfinished business of a crash.
            if name.hasSuffix(".new") {
                unlink(path)
            } else if name.hasSuffix(".json"), let task = Journal.read(path) {
                tasks.append(task)
            } else if name.hasSuffix(".json") {
                rename(path, path + ".damaged")
                damaged.append(path)
            }
        }
        self.tasks = tasks
        self.damaged = damaged
        let identity = Journal.read(directory + "/instance.json") ?? .null
        containerInstanceARN = identity["containerInstanceArn"]?.stringValue
        instanceID = identity["instanceId"]?.stringValue ?? "i-" + random.hex(17)
        // Before the first container bears the name.
        if identity["instanceId"] == nil {
            try Journal.write(["instanceId": .string(instanceID)], to: directory + "/instance.json", isDurable)
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
            try Journal.write(content, to: directory + "/instance.json", isDurable)
            try Journal.flush(directory, isDurable)
        }
    }

    /// Makes tasks durable.
    package func save(_ entries: [JournalEntry]) async throws {
        guard !entries.isEmpty else { return }
        let (directory, isDurable) = (directory + "/tasks", isDurable)
        try await pool.runIfActive {
            for entry in entries {
                try Journal.write(entry.content, to: "\(directory)/\(Journal.fileName(entry.task))", isDurable)
            }
            try Journal.flush(directory, isDurable)
        }
    }

    /// Forgets a task.
    package func forget(_ task: String) async {
        let path = "\(directory)/tasks/\(Journal.fileName(task))"
        _ = try? await pool.runIfActive { unlink(path) }
    }

    package func close() async {
        try? await pool.shutdownGracefully()
    }

    /// A task's id is unique; what else an ARN may hold must not name another directory.
    private static func fileName(_ task: String) -> String {
        let id = task.split(separator: "/").last ?? ""
        return String(id.filter { $0.isLetter || $0.isNumber || $0 == "-" }) + ".json"
    }

    private static func makeDirectory(_ path: String) throws {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += part + "/"
            guard mkdir(partial, 0o700) == 0 || errno == EEXIST else { throw JournalError("make", partial) }
        }
    }

    private static func names(in path: String) throws -> [String] {
        guard let handle = opendir(path) else { throw JournalError("open", path) }
        defer { closedir(handle) }
        var names: [String] = []
        while let entry = readdir(handle) {
            withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    names.append(String(cString: $0))
                }
            }
        }
        return names.sorted()
    }

    private static func read(_ path: String) -> JSONValue? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while content.count < maximumFile {
            let count = fread(&buffer, 1, buffer.count, file)
            guard count > 0 else { break }
            content += buffer[..<count]
        }
        return try? JSONValue.parse(content)
    }

    private static func write(_ content: JSONValue, to path: String, _ isDurable: Bool) throws {
        let bytes = content.encode()
        let file = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw JournalError("create", path) }
        defer { _ = Glibc.close(file) }
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            guard count > 0 else { throw JournalError("write", path) }
            offset += count
        }
        guard !isDurable || fsync(file) == 0, rename(path + ".new", path) == 0 else {
            throw JournalError("write", path)
        }
    }

    /// A rename is durable when its directory is.
    private static func flush(_ path: String, _ isDurable: Bool) throws {
        guard isDurable else { return }
        let handle = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw JournalError("open", path) }
        defer { _ = Glibc.close(handle) }
        guard fsync(handle) == 0 else { throw JournalError("flush", path) }
    }
}

/// The journal cannot be used.
package struct JournalError: Error, CustomStringConvertible {
    package let description: String

    init(_ what: String, _ path: String) {
        description = "could not \(what) \(path): \(String(cString: strerror(errno)))"
    }
}
