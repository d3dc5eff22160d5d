import AWSWire
import Foundation
import Testing

@testable import Agent

@Suite("The output of containers") struct LogAssemblyTests {
    /// A directory with the engine's files of one container.
    final class Container {
        let directory = NSTemporaryDirectory() + "/output-" + UUID().uuidString
        var path: String { directory + "/c-json.log" }
        private var count = 0

        init() throws { try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: directory) }

        /// Writes a record, each a millisecond after the one before.
        func write(_ text: String, _ stream: String = "stdout") throws {
            count += 1
            let time = "2026-01-01T00:00:\(10 + count / 1_000).\(String(format: "%03d", count % 1_000))456789Z"
            let value: JSONValue = ["log": .string(text), "stream": .string(stream), "time": .string(time)]
            try append(String(decoding: value.encode(), as: UTF8.self) + "\n")
        }

        func append(_ text: String) throws {
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(atPath: path, contents: nil)
            }
            let file = try #require(FileHandle(forWritingAtPath: path))
            defer { try? file.close() }
            try file.seekToEnd()
            try file.write(contentsOf: Data(text.utf8))
        }

        /// The engine begins a new file, and keeps at most `files`.
        func rotate(keeping files: Int = 9) throws {
            let manager = FileManager.default
            for index in (1..<files).reversed() {
                let from = index == 1 ? path : "\(path).\(index - 1)"
                guard manager.fileExists(atPath: from) else { continue }
                if manager.fileExists(atPath: "\(path).\(index)") { try manager.removeItem(atPath: "\(path).\(index)") }
                try manager.moveItem(atPath: from, toPath: "\(path).\(index)")
            }
        }
    }

    private func source(_ container: Container, _ pattern: String? = nil) throws -> LogSource {
        LogSource(path: container.path, eventStart: try pattern.map { try LinearPattern($0) })
    }

    private func texts(_ events: [LogAssembler.Event]) -> [String] {
        events.map { String(decoding: $0.message, as: UTF8.self) }
    }

    /// Everything that is there, in as many readings as it takes.
    private func all(_ source: LogSource, isOver: Bool = false, isPatient: Bool = true) throws -> [LogAssembler.Event] {
        var events: [LogAssembler.Event] = []
        while true {
            let portion = try source.read(isPatient: isPatient, isOver: isOver)
            events += portion.events
            if portion.isAtEnd { return events }
        }
    }

    @Test("each line is an event with its time, and empty ones are none")
    func lines() throws {
        let container = try Container()
        try container.write("one\n")
        try container.write("\n")
        try container.write("zwei ü\n", "stderr")
        let events = try all(try source(container))
        #expect(texts(events) == ["one", "zwei ü"])
        #expect(events.map(\.stream) == [.output, .errors])
        #expect(events.map { $0.time % 60_000 } == [10_001, 10_003])
    }

    @Test("the parts of a line are joined, those of the two streams apart")
    func parts() throws {
        let container = try Container()
        try container.write("out 1 ")
        try container.write("err 1 ", "stderr")
        try container.write("out 2\n")
        let reader = try source(container)
        #expect(texts(try all(reader)) == ["out 1 out 2"])
        try container.write("err 2\n", "stderr")
        try container.write("rest")
        #expect(texts(try all(reader)) == ["err 1 err 2"])
        #expect(texts(try all(reader, isOver: true)) == ["rest"])
    }

    @Test("long lines are cut between characters, and nothing of them is lost")
    func longLines() throws {
        let container = try Container()
        // Records of 16 KiB, as the engine makes them, whose characters take two bytes: the cut falls into one of them.
        let record = "x" + String(repeating: "ü", count: 8_191)
        for _ in 0..<40 { try container.write(record) }
        try container.write("end\n")
        let events = try all(try source(container))
        #expect(events.allSatisfy { $0.message.count <= LogAssembler.maximumBytes })
        #expect(texts(events).joined() == String(repeating: record, count: 40) + "end")
        #expect(events.count == 3)
    }

    @Test("a pattern's lines begin events, which end with the next one, with patience, or with the container")
    func multiline() throws {
        let container = try Container()
        for line in ["lost\n", "START 1\n", " a\n", "START 2\n", " b\n"] { try container.write(line) }
        let reader = try source(container, "^START")
        #expect(texts(try all(reader)) == ["lost\n", "START 1\n a\n"])
        #expect(texts(try all(reader, isPatient: false)) == ["START 2\n b\n"])
        try container.write("START 3\n")
        #expect(texts(try all(reader)) == [])
        #expect(texts(try all(reader, isOver: true)) == ["START 3\n"])
    }

    @Test("reading goes on behind every single event as if it had never stopped", arguments: [nil, "^START"])
    func resumes(pattern: String?) throws {
        let container = try Container()
        var random = SeededRandom(seed: 3)
        for number in 0..<80 {
            let stream = random.next() % 3 == 0 ? "stderr" : "stdout"
            let isPart = random.next() % 4 == 0
            let size = random.next() % 20 == 0 ? 90_000 : 3
            let start = random.next() % 2 == 0 ? "START " : ""
            try container.write(
                start + "\(number) " + String(repeating: "y", count: size) + (isPart ? "" : "\n"), stream)
            if random.next() % 25 == 0 { try container.rotate() }
        }
        let whole = try all(try source(container, pattern), isOver: true)
        #expect(whole.count > 20)
        var position = LogPosition()
        for (index, event) in whole.enumerated() {
            position[event.stream] = event.next
            if let other = event.other { position[event.stream.other] = other }
            let copy = try #require(LogPosition(position.text))
            #expect(copy == position)
            let reader = try source(container, pattern)
            try reader.seek(copy)
            let rest = try all(reader, isOver: true)
            // Events of the two streams may come in another order than before, each stream's own may not.
            for stream in [LogRecord.Stream.output, .errors] {
                #expect(
                    rest.filter { $0.stream == stream }.map(\.message)
                        == whole[(index + 1)...].filter { $0.stream == stream }.map(\.message), "behind event \(index)")
            }
        }
    }

    @Test("a new file is followed when the old one has been read, also when it was never seen")
    func rotation() throws {
        let container = try Container()
        let reader = try source(container)
        try container.write("1\n")
        #expect(texts(try all(reader)) == ["1"])
        try container.write("2\n")
        try container.rotate()
        #expect(texts(try all(reader)) == ["2"])
        try container.write("3\n")
        try container.rotate()
        try container.write("4\n")
        #expect(texts(try all(reader)) == ["3", "4"])
        #expect(texts(try all(try source(container))) == ["1", "2", "3", "4"])
    }

    @Test("a position is not forgotten while the files cannot be read")
    func absentFiles() throws {
        let container = try Container()
        try container.write("1\n")
        try container.write("2\n")
        let events = try all(try source(container))
        var position = LogPosition()
        (position.output, position.errors) = (events[0].next, events[0].next)
        let away = container.directory + "-away"
        try FileManager.default.moveItem(atPath: container.directory, toPath: away)
        let reader = try source(container)
        #expect { try reader.seek(position) } throws: { ($0 as? LogFilesError)?.isGone == true }
        #expect(throws: LogFilesError.self) { try reader.read(isPatient: true, isOver: false) }
        try FileManager.default.moveItem(atPath: away, toPath: container.directory)
        #expect(texts(try all(reader)) == ["2"])
    }

    @Test("what the engine threw away is noticed")
    func gaps() throws {
        let container = try Container()
        let reader = try source(container)
        try container.write("1\n")
        let first = try reader.read(isPatient: true, isOver: false)
        #expect(!first.hasLost)
        for number in 2...4 {
            try container.rotate(keeping: 2)
            try container.write("\(number)\n")
        }
        var position = LogPosition()
        position.output = first.events[0].next
        position.errors = position.output
        let other = try source(container)
        try other.seek(position)
        let portion = try other.read(isPatient: true, isOver: false)
        let rest = try all(other)
        #expect(portion.hasLost && texts(portion.events + rest) == ["3", "4"])
    }

    @Test("records that a crash of the engine cut off do not hide those behind them")
    func torn() throws {
        let container = try Container()
        try container.write("1\n")
        try container.append(#"{"log":"half of a rec"#)
        try container.write("2\n")
        try container.append("\u{0}\u{0}garbage\n{}\n[1]\n\n")
        try container.write("3\n")
        try container.append(#"{"log":"not yet"#)
        #expect(texts(try all(try source(container))) == ["1", "2", "3"])
    }

    @Test(
        "times are those of the record, cut off after the millisecond",
        arguments: [
            ("2026-01-01T00:00:00.123999999Z", 123), ("2026-01-01T00:00:00.1Z", 100), ("2026-01-01T00:00:00Z", 0),
            ("2026-01-01T00:00:00.000000001Z", 0),
        ])
    func times(text: String, milliseconds: Int64) {
        #expect(LogRecord.milliseconds(text) == 1_767_225_600_000 + milliseconds)
    }

    @Test("positions that are none", arguments: ["", "-", "a:1", "1:2:3", "1:2,-", "x:1:0,-", "1:-2:0,-", "1:1:0,-,-"])
    func positions(text: String) { #expect(LogPosition(text) == nil) }

    @Test("batches keep CloudWatch's limits, and say how far they go")
    func batches() {
        func event(_ index: Int, _ time: Int64, _ size: Int) -> LogAssembler.Event {
            LogAssembler.Event(
                time: time, message: Array(repeating: 0x61, count: size), stream: .output,
                next: LogPlace(file: 1, offset: index + 1))
        }
        let many = LogBatches.make((0..<25_000).map { event($0, 1, 1) }, from: LogPosition())
        #expect(many.map(\.events.count) == [10_000, 10_000, 5_000])
        #expect(many.map(\.position.output?.offset) == [10_000, 20_000, 25_000])
        let large = LogBatches.make((0..<9).map { event($0, 1, 262_118) }, from: LogPosition())
        #expect(large.map(\.events.count) == [4, 4, 1])
        let control = LogAssembler.Event(
            time: 1, message: Array(repeating: 1, count: 262_000), stream: .output, next: LogPlace(file: 1, offset: 9))
        #expect(LogBatches.make([control, control, control], from: LogPosition()).map(\.events.count) == [2, 1])
        #expect(LogBatches.make([control], from: LogPosition())[0].position.output?.offset == 9)
        let day: Int64 = 24 * 3_600 * 1_000
        let long = LogBatches.make([event(0, 0, 1), event(1, day, 1), event(2, day + 1, 1)], from: LogPosition())
        #expect(long.map(\.events.count) == [2, 1])
        let mixed = LogBatches.make([event(0, 5, 1), event(1, 3, 1)], from: LogPosition())
        #expect(mixed.first?.events.map(\.timestamp) == [3, 5])
    }
}
