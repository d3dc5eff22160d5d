import Foundation

/// The standard output stream.
enum Terminal {
    /// Writes a line.
    static func show(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    /// Writes lines of bytes. When nobody reads them any more the program ends, as others in a pipe do.
    static func write(_ lines: ArraySlice<Data>) {
        guard !lines.isEmpty else { return }
        var bytes = Data()
        for line in lines {
            bytes.append(line)
            bytes.append(UInt8(ascii: "\n"))
        }
        do { try FileHandle.standardOutput.write(contentsOf: bytes) } catch { exit(0) }
    }
}
