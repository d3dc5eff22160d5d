import AWSWire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads the files that the engine's `json-file` writes for one container, the oldest first, and goes on when it begins
/// a new one: `…-json.log` becomes `…-json.log.1`, that `….2`, and the oldest goes. Blocking.
struct LogFiles: ~Copyable {
    /// What is read at once. No record is longer: the engine cuts lines after 16 KiB, and an escape makes six bytes of
    /// one.
    private static let chunkBytes = 512 << 10
    /// What a file's fingerprint is made of, if its first line is longer.
    private static let fingerprintBytes = 512
    private static let maximumFiles = 2_000

    private struct Found {
        var file: Int32
        var fingerprint: UInt64
    }

    private let path: String
    private var file: Int32?
    private var fingerprint: UInt64 = 0
    private var offset = 0
    /// Where the reading was to begin; for as long as there is no file to begin in.
    private var target = LogPosition()
    /// What each stream leaves out up to, since it was delivered before.
    private var skipped = LogPosition()
    /// Whether output is gone that nobody has read: the engine threw it away. Until somebody asks.
    var hasLost = false

    init(path: String) { self.path = path }

    deinit { if let file { close(file) } }

    /// The place behind what was read; nil when nothing was.
    var place: LogPlace? { file == nil ? nil : LogPlace(file: fingerprint, offset: offset) }

    /// Goes to a position.
    /// - Throws: when the files cannot be opened.
    mutating func seek(_ position: LogPosition) throws(LogFilesError) {
        if let file { close(file) }
        file = nil
        target = position
        let files = try openAll()
        guard !files.isEmpty else { return }
        skipped = LogPosition()
        var starts: [(index: Int, offset: Int)] = []
        for stream in [LogRecord.Stream.output, .errors] {
            guard let place = position[stream], let index = files.firstIndex(where: { $0.fingerprint == place.file })
            else {
                // What was delivered last is gone, and perhaps more behind it.
                if position[stream] != nil { hasLost = true }
                starts.append((0, 0))
                continue
            }
            skipped[stream] = place
            starts.append((index, place.offset))
        }
        let start = starts.min { ($0.index, $0.offset) < ($1.index, $1.offset) } ?? (0, 0)
        take(files, at: start.index, offset: start.offset)
    }

    /// Keeps one of some open files, and closes the others.
    private mutating func take(_ files: [Found], at index: Int, offset: Int) {
        for other in files.indices where other != index { close(files[other].file) }
        guard files.indices.contains(index) else { return }
        if let file { close(file) }
        (file, fingerprint, self.offset) = (files[index].file, files[index].fingerprint, offset)
    }

    /// Hands out the records that come next, as many as one reading brings.
    /// - Parameter body: takes a record, where it is, how much of it was taken before, and the place behind it.
    /// - Returns: whether there was something; otherwise all that the engine has written was read.
    mutating func read(
        _ body: (_ record: LogRecord, _ place: LogPlace, _ end: LogPlace) -> Void
    ) throws(LogFilesError) -> Bool {
        if file == nil { try seek(target) }
        guard let current = file else { return false }
        // Before the reading: what is written to a file that is not the newest any more was written before that.
        let isNewest = LogFiles.isSame(current, path)
        if isNewest, LogFiles.size(current) <= offset { return false }
        let bytes = try LogFiles.read(current, from: offset, path)
        let start = offset
        let end = bytes.lastIndex(of: 0x0A).map { $0 + 1 } ?? (bytes.count == LogFiles.chunkBytes ? bytes.count : 0)
        guard end > 0 else { return try isNewest ? false : goOn() }
        bytes.withUnsafeBytes { buffer in
            LogFiles.forEachLine(UnsafeRawBufferPointer(rebasing: buffer[..<end])) { line, at in
                let place = LogPlace(file: fingerprint, offset: start + at)
                guard let record = LogRecord(line, offset: place.offset), let taken = admit(record) else { return }
                let behind = LogPlace(file: fingerprint, offset: start + at + line.count + 1)
                body(record, LogPlace(file: place.file, offset: place.offset, taken: taken), behind)
            }
        }
        offset = start + end
        return true
    }

    /// How much of a record's text was delivered before; nil when all of it was.
    private mutating func admit(_ record: LogRecord) -> Int? {
        guard let place = skipped[record.stream] else { return 0 }
        guard place.file == fingerprint, record.offset >= place.offset else { return nil }
        skipped[record.stream] = nil
        return record.offset == place.offset ? place.taken : 0
    }

    /// Goes on with the file that the engine began after this one, once there is something in it.
    private mutating func goOn() throws(LogFilesError) -> Bool {
        let files = try openAll()
        let index = files.firstIndex { $0.fingerprint == fingerprint }
        let next = index.map { $0 + 1 } ?? 0
        guard next < files.count else {
            for found in files { close(found.file) }
            return false
        }
        // The engine threw away files in between.
        if index == nil { hasLost = true }
        for stream in [LogRecord.Stream.output, .errors] where skipped[stream]?.file == fingerprint {
            skipped[stream] = nil
        }
        take(files, at: next, offset: 0)
        return true
    }

    private static func forEachLine(
        _ bytes: UnsafeRawBufferPointer, _ body: (_ line: UnsafeRawBufferPointer, _ offset: Int) -> Void
    ) {
        var start = 0
        while start < bytes.count {
            guard let base = bytes.baseAddress, let found = memchr(base + start, 0x0A, bytes.count - start) else {
                return
            }
            let end = base.distance(to: UnsafeRawPointer(found))
            body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), start)
            start = end + 1
        }
    }

    // MARK: Files

    /// Opens all files of the container, the oldest first; those without a whole first line are left out.
    private func openAll() throws(LogFilesError) -> [Found] {
        let directory = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        guard access(directory, R_OK) == 0 else {
            let code = errno
            let reason = String(cString: strerror(code))
            throw LogFilesError(
                description: "\(directory) cannot be read: \(reason). The agent has to be on the engine's machine, "
                    + "with the right to read its files", isGone: code == ENOENT)
        }
        // The engine may rename them meanwhile: then again.
        for _ in 0..<5 {
            let newest = LogFiles.inode(path)
            let files = try openOnce()
            if newest == LogFiles.inode(path), Set(files.map(\.fingerprint)).count == files.count { return files }
            for found in files { close(found.file) }
        }
        throw LogFilesError(description: "the engine renames \(path) faster than it can be read")
    }

    private func openOnce() throws(LogFilesError) -> [Found] {
        var files: [Found] = []
        for index in 0..<LogFiles.maximumFiles {
            let name = index == 0 ? path : "\(path).\(index)"
            let file = open(name, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else {
                if errno == ENOENT { if index == 0 { continue } else { break } }
                let reason = String(cString: strerror(errno))
                for found in files { close(found.file) }
                throw LogFilesError(description: "\(name) cannot be read: \(reason)")
            }
            if let fingerprint = LogFiles.fingerprint(file) {
                files.append(Found(file: file, fingerprint: fingerprint))
            } else {
                close(file)
            }
        }
        return files.reversed()
    }

    /// FNV-1a of the beginning of a file; nil as long as its first line is not whole.
    private static func fingerprint(_ file: Int32) -> UInt64? {
        var bytes = [UInt8](repeating: 0, count: fingerprintBytes)
        let count = pread(file, &bytes, fingerprintBytes, 0)
        guard count > 0 else { return nil }
        let line = bytes[..<count].firstIndex(of: 0x0A).map { $0 + 1 }
        guard line != nil || count == fingerprintBytes else { return nil }
        return bytes[..<(line ?? count)].reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    private static func size(_ file: Int32) -> Int {
        var status = stat()
        return fstat(file, &status) == 0 ? Int(status.st_size) : 0
    }

    private static func inode(_ path: String) -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    /// Whether an open file is the one at a path. One that was removed altogether is as good as the newest.
    private static func isSame(_ file: Int32, _ path: String) -> Bool {
        var status = stat()
        let newest = inode(path)
        return newest == 0 || fstat(file, &status) == 0 && UInt64(status.st_ino) == newest
    }

    private static func read(_ file: Int32, from offset: Int, _ path: String) throws(LogFilesError) -> [UInt8] {
        var failure: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: chunkBytes) { buffer, filled in
            let count = pread(file, buffer.baseAddress, chunkBytes, off_t(offset))
            if count < 0 { failure = errno }
            filled = max(0, count)
        }
        guard let failure else { return bytes }
        throw LogFilesError(description: "\(path) cannot be read: \(String(cString: strerror(failure)))")
    }
}

/// Why the engine's files cannot be read.
struct LogFilesError: Error, CustomStringConvertible {
    let description: String
    /// Whether there is no directory of the container: it was removed, or the engine is on another machine.
    var isGone = false
}
