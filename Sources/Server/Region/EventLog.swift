import AWSWire
import ECSAPI
import Foundation
import Logging
import State
import Synchronization

/// The region's events in the order of its history: a file of JSON lines, each in the form of EventBridge.
///
/// Lines are appended before their changes are committed, so a crash loses none; a crash or a full disk in between
/// leaves events of changes that nobody was told of. When the file is large it becomes `events.1.jsonl`, and the one
/// of that name before is gone.
/// Source: Amazon ECS Developer Guide, Amazon ECS events: they are delivered at least once.
final class EventLog: Sendable {
    /// A file that grew beyond this is put aside.
    static let maximumBytes = 64 * 1_024 * 1_024

    private struct Contents {
        var file: FileHandle?
        var size = 0
        var random = SystemEntropy.seeded()
        var hasFailed = false
    }

    private let path: String
    private let logger: Logger
    private let contents = Mutex(Contents())

    /// Where a region of this data directory keeps its events.
    static func path(in directory: String) -> String { directory + "/events.jsonl" }
    /// Where it keeps older ones.
    static func olderPath(in directory: String) -> String { directory + "/events.1.jsonl" }

    init(directory: String, _ logger: Logger) {
        path = EventLog.path(in: directory)
        self.logger = logger
    }

    /// Appends the events of changes. A log that cannot be written is no reason to stop: it is said once.
    func record(_ changes: [Change], _ snapshot: Snapshot) {
        contents.withLock { contents in
            var random = contents.random
            defer { contents.random = random }
            do {
                try StateChangeEvents.write(changes, snapshot, at: WallClock.now, &random) { lines in
                    try append(lines, &contents)
                    contents.hasFailed = false
                }
            } catch {
                if !contents.hasFailed {
                    logger.error("events cannot be written", metadata: ["path": "\(path)", "error": "\(error)"])
                }
                contents.hasFailed = true
                contents.file = nil
            }
        }
    }

    private func append(_ bytes: [UInt8], _ contents: inout Contents) throws {
        if contents.size > EventLog.maximumBytes {
            try contents.file?.close()
            contents.file = nil
            guard rename(path, (path as NSString).deletingPathExtension + ".1.jsonl") == 0 else {
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            }
        }
        let file = try contents.file ?? open(&contents)
        contents.file = file
        try file.write(contentsOf: bytes)
        contents.size += bytes.count
    }

    /// Opens the file at its end. A line that a crash cut is ended, so that it spoils no other.
    private func open(_ contents: inout Contents) throws -> FileHandle {
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        let size = try file.seekToEnd()
        contents.size = Int(size)
        guard size > 0 else { return file }
        try file.seek(toOffset: size - 1)
        if try file.read(upToCount: 1) != Data("\n".utf8) { try file.write(contentsOf: Data("\n".utf8)) }
        return file
    }
}
