import AWSWire
import Testing

@testable import Agent

@Suite("Images an agent remembers")
struct ImageBookTests {
    private static let hour: Int64 = 3_600_000
    private static func after(_ hours: Int64) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + hours * hour)
    }

    private static func removable(
        _ book: ImageBook, after hours: Int64, needed: Set<String> = [], inUse: Set<String> = [],
        _ change: (inout ImagePolicy.CleanUp) -> Void = { _ in }
    ) -> [String] {
        var policy = ImagePolicy.CleanUp()
        change(&policy)
        return book.removable(policy, needed: needed, inUse: inUse, at: after(hours)).map(\.id)
    }

    /// a was pulled first, used last.
    private static var book: ImageBook {
        var book = ImageBook()
        book.note("a:1", id: "a", isPulled: true, at: after(0))
        book.note("b:1", id: "b", isPulled: true, at: after(1))
        book.note("local:1", id: "l", isPulled: false, at: after(0))
        book.note("a:1", id: "a", isPulled: false, at: after(2))
        return book
    }

    @Test("images that were pulled long enough ago go, those not needed for longest first")
    func order() {
        #expect(ImageBookTests.removable(ImageBookTests.book, after: 1) == [])
        #expect(ImageBookTests.removable(ImageBookTests.book, after: 5) == ["b", "a"])
        #expect(ImageBookTests.removable(ImageBookTests.book, after: 5) { $0.perCycle = 1 } == ["b"])
    }

    @Test("an image that is needed, in use, excluded or was never pulled stays")
    func stays() {
        let book = ImageBookTests.book
        #expect(ImageBookTests.removable(book, after: 5, needed: ["b:1"]) == ["a"])
        #expect(ImageBookTests.removable(book, after: 5, inUse: ["b"]) == ["a"])
        #expect(ImageBookTests.removable(book, after: 5) { $0.excluded = ["a:1"] } == ["b"])
        #expect(!ImageBookTests.removable(book, after: 500).contains("l"))
    }

    @Test("an image that a task was just given stays, however old it is")
    func grace() {
        var book = ImageBookTests.book
        book.note("b:1", id: "b", isPulled: false, at: ImageBookTests.after(5))
        #expect(ImageBookTests.removable(book, after: 5) == ["a"])
    }

    @Test("a name that went over to a newer image leaves the older one to be removed")
    func names() {
        var book = ImageBookTests.book
        book.note("a:1", id: "a2", isPulled: true, at: ImageBookTests.after(3))
        #expect(book.images["a"]?.names == [] && book.images["a2"]?.names == ["a:1"])
        #expect(book.isPulled("a:1") && !book.isPulled("local:1"))
        #expect(ImageBookTests.removable(book, after: 5, needed: ["a:1"]) == ["b", "a"])
    }

    @Test("what is written down is read again, and rubbish is not")
    func journal() throws {
        var book = ImageBookTests.book
        book.noteUse(of: ["a", "unknown"], at: ImageBookTests.after(4))
        let value = try JSONValue.parse(book.journal.encode())
        #expect(ImageBook(journal: value) == book)
        #expect(ImageBook(journal: [["id": "x"], "y", 1]).images.isEmpty)
    }

    @Test("of what no agent made, old ended containers and old unused images go")
    func untracked() {
        let rule = UntrackedImages(policy: ImagePolicy.Untracked(), now: ImageBookTests.after(24))
        func container(_ id: String, _ status: String, ended: Int64, label: String = "other") -> JSONValue {
            [
                "Id": .string(id), "Created": .string(start.iso8601), "Config": ["Labels": [label: "t"]],
                "State": ["Status": .string(status), "FinishedAt": .string(ImageBookTests.after(ended).iso8601)],
            ]
        }
        #expect(
            rule.removableContainers([
                container("old", "exited", ended: 1), container("new", "exited", ended: 23),
                container("runs", "running", ended: 1), container("never", "created", ended: 1),
                container("task", "exited", ended: 1, label: "com.amazonaws.ecs.task-arn"),
            ]) == ["never", "old"])
        func image(_ id: String, _ tags: [String], size: Int64, made: Int64) -> JSONValue {
            [
                "Id": .string(id), "RepoTags": .array(tags.map { .string($0) }), "Size": .int(size),
                "Created": .int(ImageBookTests.after(made).milliseconds / 1_000),
            ]
        }
        let images = [
            image("large", ["l:1", "l:2"], size: 9, made: 0), image("small", ["<none>:<none>"], size: 1, made: 0),
            image("kept", ["k:1"], size: 2, made: 0), image("used", ["u:1"], size: 2, made: 0),
            image("young", ["y:1"], size: 2, made: 24),
        ]
        #expect(rule.removableImages(images, kept: ["k:1", "used"], count: 9) == ["small", "l:1", "l:2"])
        #expect(rule.removableImages(images, kept: ["k:1", "used"], count: 1) == ["small"])
        #expect(rule.removableImages(images, kept: [], count: -1) == [])
    }
}
