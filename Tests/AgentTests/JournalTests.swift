import AWSWire
import Glibc
import Testing

@testable import Agent

@Suite("Journal")
struct JournalTests {
    @Test("tasks and identity come back")
    func comesBack() async throws {
        let directory = Files.temporaryDirectory() + "/a/b"
        var random = SeededRandom(seed: 1)
        let journal = try Journal(directory, random: &random)
        try await journal.save(containerInstanceARN: instanceARN)
        try await journal.save([JournalEntry(task: taskARN, content: ["n": 1])])
        try await journal.save([JournalEntry(task: taskARN, content: ["n": 2])])
        let again = try Journal(directory, random: &random)
        #expect(again.instanceID == journal.instanceID)
        #expect(again.instanceID.hasPrefix("i-"))
        #expect(again.containerInstanceARN == instanceARN)
        #expect(again.tasks == [["n": 2]])
        try await again.save([], forgetting: [taskARN])
        #expect(try Journal(directory, random: &random).tasks.isEmpty)
    }

    @Test("a write that failed is done again with the next: the last form of each task, and everything to be said")
    func again() {
        let report = TaskReport(task: "a", status: .running)
        let failed = JournalBatch([
            .save([JournalEntry(task: "a", content: ["n": 1])], thenSend: []),
            .save([JournalEntry(task: "b", content: ["n": 1])], thenSend: []),
            .forget(task: "b"), .report(report),
        ])
        let batch = JournalBatch(
            failed.actions + [.save([JournalEntry(task: "a", content: ["n": 2])], thenSend: [])])
        #expect(batch.entries == [JournalEntry(task: "a", content: ["n": 2])])
        #expect(batch.forgotten == ["b"])
        #expect(batch.reports == [report])
    }

    @Test("a full disk is an error that keeps nothing, and no harm to what was kept")
    func full() throws {
        let directory = Files.temporaryDirectory()
        // The kernel's device that is always full.
        symlink("/dev/full", directory + "/tasks.log")
        var log = try TaskLog(directory + "/tasks.log", isDurable: false) { _ in }
        let entry = JournalEntry(task: "a", content: ["n": 1])
        #expect(throws: JournalError.self) { try log.append([entry], forgetting: []) }
        #expect(throws: JournalError.self) { try log.append([entry], forgetting: []) }
        log.close()
    }

    @Test("a line that a crash cut off is dropped, and what follows is whole")
    func torn() async throws {
        let directory = Files.temporaryDirectory()
        var random = SeededRandom(seed: 1)
        let journal = try Journal(directory, random: &random)
        try await journal.save([JournalEntry(task: "a", content: ["n": 1])])
        await journal.close()
        let log = directory + "/tasks.log"
        let whole = String(decoding: try Files.read(log), as: UTF8.self)
        Files.write(whole + "{\"task\":\"b\",\"cont", to: log)
        let again = try Journal(directory, random: &random)
        #expect(again.tasks == [["n": 1]])
        #expect(again.damaged.isEmpty)
        try await again.save([JournalEntry(task: "c", content: ["n": 3])])
        #expect(try Journal(directory, random: &random).tasks == [["n": 1], ["n": 3]])
    }

    @Test("a damaged line is put aside; the others are kept")
    func damaged() async throws {
        let directory = Files.temporaryDirectory()
        var random = SeededRandom(seed: 1)
        let text =
            "{\"task\":\"a\",\"content\":{\"n\":1}}\n{\"task\":\"b nonsense\n{\"task\":\"c\",\"content\":{}}\n"
        Files.write(text, to: directory + "/tasks.log")
        let journal = try Journal(directory, random: &random)
        #expect(journal.tasks == [["n": 1], [:]])
        #expect(journal.damaged == [directory + "/tasks.log"])
        #expect(try Files.read(directory + "/tasks.log.damaged").count == text.utf8.count)
        #expect(try Journal(directory, random: &random).damaged.isEmpty)
    }

    @Test("a file that is mostly out of date is written anew")
    func compacts() async throws {
        let directory = Files.temporaryDirectory()
        var random = SeededRandom(seed: 1)
        let journal = try Journal(directory, isDurable: false, random: &random)
        let ballast = JSONValue.string(String(repeating: "x", count: 100_000))
        for number in 0..<100 {
            try await journal.save([
                JournalEntry(task: "a", content: ["n": .int(Int64(number)), "ballast": ballast]),
                JournalEntry(task: "b\(number)", content: [:]),
            ])
            if number > 0 { try await journal.save([], forgetting: ["b\(number - 1)"]) }
        }
        #expect(try Files.read(directory + "/tasks.log").count < 5_000_000)
        let again = try Journal(directory, random: &random)
        #expect(again.tasks.count == 2)
        #expect(again.tasks.first?["n"] == 99)
    }

    @Test("a directory that cannot be made is an error with its path")
    func noDirectory() {
        var random = SeededRandom(seed: 1)
        #expect(throws: JournalError.self) { try Journal("/dev/null/x", random: &random) }
    }
}
