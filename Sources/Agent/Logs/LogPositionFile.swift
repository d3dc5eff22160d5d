#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A position in a small file, replaced as a whole. Nobody waits for the disk: after a power failure the region knows.
enum LogPositionFile {
    private static let maximumBytes = 512

    /// Nil when there is none.
    static func read(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: maximumBytes)
        let count = fread(&buffer, 1, maximumBytes, file)
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    static func write(_ path: String, _ text: String) throws {
        try TaskLog.replace(path, Array(text.utf8), false)
    }

    static func remove(_ path: String) { unlink(path) }

    static func makeDirectory(_ path: String) { mkdir(path, 0o700) }
}
