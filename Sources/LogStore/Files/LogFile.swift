#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Why events could not be kept or read.
package struct LogStoreError: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable, Equatable {
        /// The disk is full, or does not do what it is told.
        case disk
        /// More waits to be written than may.
        case busy
        /// A source was not where a batch says that it was; the position that is known.
        case moved(expected: String)
    }

    package var kind: Kind
    package var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// The last call of the system failed.
    init(errno code: Int32, _ what: String, _ path: String) {
        self.init(.disk, "could not \(what) \(path): \(String(cString: strerror(code)))")
    }
}

/// Calls of the system, each with its error.
enum LogFile {
    static func makeDirectory(_ path: String) throws(LogStoreError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw LogStoreError(errno: errno, "make", path)
        }
    }

    /// Makes entries of a directory durable.
    static func flushDirectory(_ path: String) throws(LogStoreError) {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw LogStoreError(errno: errno, "open", path) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw LogStoreError(errno: errno, "flush", path) }
    }

    /// The names in a directory, in order; none when there is no directory.
    static func names(in path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func openForWriting(_ path: String) throws(LogStoreError) -> Int32 {
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw LogStoreError(errno: errno, "open", path) }
        return file
    }

    static func write(_ bytes: [UInt8], to file: Int32, at place: Int, _ path: String) throws(LogStoreError) {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(file, $0.baseAddress.map { $0 + offset }, bytes.count - offset, off_t(place + offset))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LogStoreError(errno: errno, "write", path) }
            offset += count
        }
    }

    static func flush(_ file: Int32, _ path: String) throws(LogStoreError) {
        #if canImport(Darwin)
            guard fsync(file) == 0 else { throw LogStoreError(errno: errno, "flush", path) }
        #else
            guard fdatasync(file) == 0 else { throw LogStoreError(errno: errno, "flush", path) }
        #endif
    }

    static func size(_ file: Int32) -> Int { max(0, Int(lseek(file, 0, SEEK_END))) }

    /// Part of a file; shorter when the file ends before.
    static func read(_ file: Int32, _ range: Range<Int>, _ path: String) throws(LogStoreError) -> [UInt8] {
        var failure: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: range.count) { buffer, filled in
            while filled < range.count {
                let count = pread(
                    file, buffer.baseAddress.map { $0 + filled }, range.count - filled,
                    off_t(range.lowerBound + filled))
                if count < 0, errno == EINTR { continue }
                if count < 0 { failure = errno }
                guard count > 0 else { return }
                filled += count
            }
        }
        if let failure { throw LogStoreError(errno: failure, "read", path) }
        return bytes
    }

    /// A whole file; nil when there is none.
    static func contents(_ path: String) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        return try? read(file, 0..<size(file), path)
    }

    /// Removes a file; one that is not there is fine.
    static func remove(_ path: String) { unlink(path) }

    /// Removes a directory and the files in it.
    static func removeDirectory(_ path: String) {
        for name in names(in: path) { unlink(path + "/" + name) }
        rmdir(path)
    }
}
