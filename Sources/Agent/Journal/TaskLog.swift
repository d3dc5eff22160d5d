import AWSWire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The tasks of an agent in one file that grows by a line for each change: `{"task":"arn:…","content":{…}}`, and
/// `{"task":"arn:…"}` when the agent forgets it. The last line of a task counts.
///
/// A batch of changes is one write and one flush, whatever the number of tasks. A line that a crash cut off is dropped:
/// nobody was told of it. When most of the file is out of date it is written anew beside and renamed.
struct TaskLog {
    /// Whether a whole line could not be read at the start; the file was then copied to `path.damaged`.
    let isDamaged: Bool

    private let path: String
    private let isDurable: Bool
    private var file: Int32
    private var size = 0
    /// Where the newest line of each task lies.
    private var places: [String: Range<Int>] = [:]
    private var liveBytes = 0

    /// A file smaller than this is never written anew.
    private static let smallestCompaction = 4 << 20

    /// Opens the log, and makes it if need be.
    /// - Parameters:
    ///   - isDurable: whether every batch waits for the disk.
    ///   - task: takes the content of each task, in order of their ARNs.
    /// - Throws: `JournalError` when that cannot be done.
    init(_ path: String, isDurable: Bool, _ task: (JSONValue) -> Void) throws {
        self.path = path
        self.isDurable = isDurable
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw JournalError("open", path) }
        let bytes = try TaskLog.read(file, path)
        var contents: [String: JSONValue] = [:]
        var damaged = false
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let line = try? JSONValue.parse(Array(bytes[start..<end])), let name = line["task"]?.stringValue {
                contents[name] = line["content"]
                places[name] = line["content"] == nil ? nil : start..<(end + 1)
            } else {
                damaged = true
            }
            start = end + 1
        }
        isDamaged = damaged
        size = start
        liveBytes = places.values.reduce(0) { $0 + $1.count }
        if damaged { try TaskLog.replace(path + ".damaged", bytes, isDurable) }
        if start < bytes.count { try cut() }
        if damaged { try compact() }
        for name in contents.keys.sorted() { if let content = contents[name] { task(content) } }
    }

    /// Appends a batch.
    /// - Throws: `JournalError` when it could not be written; the log is then as it was before.
    mutating func append(_ entries: [JournalEntry], forgetting tasks: [String]) throws {
        var bytes: [UInt8] = []
        var added: [(task: String, length: Int)] = []
        for entry in entries {
            let line = ["task": .string(entry.task), "content": entry.content] as JSONValue
            let start = bytes.count
            bytes += line.encode() + [UInt8(ascii: "\n")]
            added.append((entry.task, bytes.count - start))
        }
        for task in tasks where places[task] != nil {
            bytes += (["task": .string(task)] as JSONValue).encode() + [UInt8(ascii: "\n")]
        }
        guard !bytes.isEmpty else { return }
        do { try TaskLog.write(bytes, to: file, at: size, path, isDurable) } catch {
            try? cut()
            throw error
        }
        var start = size
        for (task, length) in added {
            place(task, start..<(start + length))
            start += length
        }
        for task in tasks { place(task, nil) }
        size += bytes.count
        if size > max(TaskLog.smallestCompaction, 3 * liveBytes) { try compact() }
    }

    /// Closes the file.
    func close() { _ = Glibc.close(file) }

    private mutating func place(_ task: String, _ range: Range<Int>?) {
        liveBytes += (range?.count ?? 0) - (places[task]?.count ?? 0)
        places[task] = range
    }

    /// Drops what lies behind the last whole batch.
    private func cut() throws {
        guard ftruncate(file, off_t(size)) == 0 else { throw JournalError("shorten", path) }
    }

    /// Writes the newest lines anew.
    private mutating func compact() throws {
        let old = try TaskLog.read(file, path)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(liveBytes)
        var moved: [String: Range<Int>] = [:]
        for (task, range) in places.sorted(by: { $0.key < $1.key }) {
            moved[task] = bytes.count..<(bytes.count + range.count)
            bytes += old[range]
        }
        try TaskLog.replace(path, bytes, isDurable)
        let new = open(path, O_RDWR | O_CLOEXEC)
        guard new >= 0 else { throw JournalError("open", path) }
        close()
        (file, size, places, liveBytes) = (new, bytes.count, moved, bytes.count)
    }

    // MARK: Bytes

    private static func read(_ file: Int32, _ path: String) throws -> [UInt8] {
        let length = Int(lseek(file, 0, SEEK_END))
        guard length >= 0 else { throw JournalError("read", path) }
        var bytes = [UInt8](repeating: 0, count: length)
        var offset = 0
        while offset < length {
            let count = bytes[offset...].withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, off_t(offset)) }
            guard count > 0 else { throw JournalError("read", path) }
            offset += count
        }
        return bytes
    }

    private static func write(
        _ bytes: [UInt8], to file: Int32, at place: Int, _ path: String, _ isDurable: Bool
    ) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                pwrite(file, $0.baseAddress, $0.count, off_t(place + offset))
            }
            guard count > 0 else { throw JournalError("write", path) }
            offset += count
        }
        guard !isDurable || fdatasync(file) == 0 else { throw JournalError("flush", path) }
    }

    /// Writes a file beside, and puts it in the place of another when it is whole.
    static func replace(_ path: String, _ bytes: [UInt8], _ isDurable: Bool) throws {
        let file = open(path + ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw JournalError("create", path) }
        defer { _ = Glibc.close(file) }
        try write(bytes, to: file, at: 0, path, isDurable)
        guard rename(path + ".new", path) == 0 else { throw JournalError("rename", path) }
        guard isDurable else { return }
        let folder = open(
            String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw JournalError("open the folder of", path) }
        defer { _ = Glibc.close(folder) }
        guard fsync(folder) == 0 else { throw JournalError("flush the folder of", path) }
    }
}
