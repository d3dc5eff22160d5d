import AWSWire
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
        await again.forget(taskARN)
        #expect(try Journal(directory, random: &random).tasks.isEmpty)
    }

    @Test("a damaged file is put aside, a half-written one dropped")
    func damaged() async throws {
        let directory = Files.temporaryDirectory()
        var random = SeededRandom(seed: 1)
        _ = try Journal(directory, random: &random)
        Files.write("{\"broken", to: directory + "/tasks/x.json")
        Files.write("{", to: directory + "/tasks/y.json.new")
        let journal = try Journal(directory, random: &random)
        #expect(journal.tasks.isEmpty)
        #expect(journal.damaged == [directory + "/tasks/x.json"])
        #expect(try Files.read(directory + "/tasks/x.json.damaged").count == 8)
        #expect(throws: Files.Missing.self) { try Files.read(directory + "/tasks/y.json.new") }
    }

    @Test("a directory that cannot be made is an error with its path")
    func noDirectory() {
        var random = SeededRandom(seed: 1)
        #expect(throws: JournalError.self) { try Journal("/dev/null/x", random: &random) }
    }
}
