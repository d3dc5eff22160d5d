import Foundation

/// The standard output stream.
enum Terminal {
    /// Writes a line.
    static func show(_ line: String) {
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
