import Glibc

/// The few file operations that tests need.
enum Files {
    struct Missing: Error { var path: String }

    /// The folder of fixtures, beside this file.
    static var fixtures: String {
        #filePath.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/Fixtures"
    }

    static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw Missing(path: path) }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
        return bytes
    }

    static func write(_ text: String, to path: String) {
        guard let file = fopen(path, "w") else { return }
        fputs(text, file)
        fclose(file)
    }

    /// A fresh directory under the system's place for temporary files.
    static func temporaryDirectory() -> String {
        var template = Array("/tmp/roost-agent-XXXXXX".utf8CString)
        return String(cString: mkdtemp(&template))
    }
}
