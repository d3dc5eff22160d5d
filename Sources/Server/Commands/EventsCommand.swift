import ArgumentParser
import Foundation

/// `roost events`: what happened in a region, as EventBridge would tell it: one JSON object a line.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print the region's events: task, container instance, service and deployment changes.",
        discussion: """
            Each line is one event in the form ECS sends it to Amazon EventBridge, oldest first. Events are recorded \
            whether or not anybody follows, and are in the region's data directory.
            """)

    @OptionGroup var data: DataOption

    @Flag(name: .shortAndLong, help: "Go on with new events as they happen, until interrupted.")
    var follow = false

    @Option(name: .shortAndLong, help: "Begin with so many of the last events (default: all that are kept).")
    var tail: Int?

    func validate() throws {
        if let tail, tail < 0 { throw ValidationError("--tail must not be negative.") }
    }

    func run() async throws {
        let directory = data.directory
        guard FileManager.default.fileExists(atPath: directory) else {
            throw UserError("There is no region in \(directory). Start one with `roost up`, or give --data.")
        }
        var reader = EventReader(directory: directory)
        try reader.printRecorded(tail: tail)
        while follow {
            try await Task.sleep(for: .milliseconds(50))
            try reader.printNew()
        }
    }
}

/// Reads the event log from outside the region's process.
struct EventReader {
    private let path: String
    private let olderPath: String
    private var file: FileHandle?
    private var inode: UInt64 = 0
    /// What was read of a line that is not whole yet.
    private var rest = Data()

    init(directory: String) {
        path = EventLog.path(in: directory)
        olderPath = EventLog.olderPath(in: directory)
    }

    /// Prints what is recorded, or the last lines of it.
    mutating func printRecorded(tail: Int?) throws {
        var lines = FileManager.default.contents(atPath: olderPath).map { whole($0) } ?? []
        try open()
        lines += try newLines()
        Terminal.write(lines.suffix(tail ?? lines.count))
    }

    /// Prints what came since.
    mutating func printNew() throws {
        if file == nil { try open() }
        Terminal.write(try newLines()[...])
        guard currentInode() != inode else { return }
        // The file was put aside, after its last line was written: another one goes on.
        Terminal.write(try newLines()[...])
        try open()
    }

    private mutating func open() throws {
        file = nil
        rest = Data()
        guard FileManager.default.fileExists(atPath: path) else { return }
        file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        inode = currentInode()
    }

    /// Which file has the path now; 0 for none.
    private func currentInode() -> UInt64 {
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(status.st_ino) : 0
    }

    private mutating func newLines() throws -> [Data] {
        guard let bytes = try file?.readToEnd(), !bytes.isEmpty else { return [] }
        rest.append(bytes)
        guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        let lines = whole(rest[...end])
        rest = Data(rest[(end + 1)...])
        return lines
    }

    private func whole(_ bytes: Data) -> [Data] {
        bytes.split(separator: UInt8(ascii: "\n")).filter {
            $0.first == UInt8(ascii: "{") && $0.last == UInt8(ascii: "}")
        }
    }
}
