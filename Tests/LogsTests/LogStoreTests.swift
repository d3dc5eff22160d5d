import AWSWire
import Foundation
import Testing

@testable import LogStore

@Suite("The log store") struct LogStoreTests {
    /// A directory that goes with the test.
    final class Directory: Sendable {
        let path = NSTemporaryDirectory() + "/logs-" + UUID().uuidString
        func open() -> LogStore { LogStore(directory: path) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @discardableResult
    private func append(
        _ store: LogStore, _ events: [(Int64, String)], stream: UInt64 = 1, at now: Int64 = 1_000,
        mark: SourceMark? = nil
    ) async -> Result<UInt64, LogStoreError> {
        let batch = LogBatch(
            stream: stream, ingestedAt: now, events: events.map { LogEvent(time: $0.0, message: Array($0.1.utf8)) },
            mark: mark)
        return await withCheckedContinuation { continuation in
            store.append(batch, to: "g") { continuation.resume(returning: $0) }
        }
    }

    private func page(_ store: LogStore, _ change: (inout LogQuery) -> Void = { _ in }) async throws -> LogPage {
        var query = LogQuery()
        change(&query)
        let asked = query
        return try await withCheckedThrowingContinuation { continuation in
            store.read(asked, in: "g") { continuation.resume(with: $0.mapError { $0 as any Error }) }
        }
    }

    private func texts(_ page: LogPage) -> [String] { page.events.map { String(decoding: $0.message, as: UTF8.self) } }

    @Test("events are read in order of their times, whatever the order they came in, and after a restart")
    func order() async throws {
        let directory = Directory()
        var store = directory.open()
        await append(store, [(10, "a"), (30, "d")])
        await append(store, [(20, "b"), (20, "c")], stream: 2)
        for _ in 0..<2 {
            #expect(texts(try await page(store)) == ["a", "b", "c", "d"])
            #expect(texts(try await page(store) { $0.direction = .descending }) == ["d", "c", "b", "a"])
            #expect(texts(try await page(store) { $0.streams = [2] }) == ["b", "c"])
            #expect(texts(try await page(store) { ($0.from, $0.to) = (20, 30) }) == ["b", "c"])
            #expect(texts(try await page(store) { $0.knows = { $0 == 1 } }) == ["a", "d"])
            store.close()
            store = directory.open()
        }
    }

    @Test("pages join without gaps and repeats, in both directions, whatever limits there are")
    func pages() async throws {
        let directory = Directory()
        let store = directory.open()
        var random = SeededRandom(seed: 4)
        var all: [String] = []
        for batch in 0..<60 {
            let times = (0..<20).map { _ in Int64.random(in: 0..<5_000, using: &random) }.sorted()
            let events = times.enumerated().map { ($1, "\($1)/\(batch)/\($0) " + String(repeating: "x", count: 300)) }
            await append(store, events, stream: UInt64(batch % 3))
            all += events.map(\.1)
        }
        for direction in [LogQuery.Direction.ascending, .descending] {
            for (limit, budget, bytes) in [(7, 1 << 20, 1 << 20), (1_000, 1 << 16, 1 << 20), (1_000, 1 << 20, 2_000)] {
                var found: [StoredEvent] = []
                var beyond: EventKey?
                var rounds = 0
                repeat {
                    let page = try await page(store) {
                        ($0.direction, $0.limit, $0.beyond) = (direction, limit, beyond)
                        ($0.budgetBytes, $0.maximumBytes) = (budget, bytes)
                    }
                    #expect(page.events.count <= limit)
                    found += page.events
                    beyond = page.next
                    rounds += 1
                } while beyond != nil && rounds < 2_000
                #expect(found.count == all.count && Set(found.map(\.key)).count == all.count)
                let sorted = found.map(\.key).sorted()
                #expect(found.map(\.key) == (direction == .ascending ? sorted : sorted.reversed()))
            }
        }
    }

    @Test("a batch that does not go on where its source was read up to is refused, and says where that is")
    func marks() async throws {
        let directory = Directory()
        var store = directory.open()
        for (from, to, expected) in [("-", "10", nil), ("-", "10", "10"), ("10", "20", nil), ("15", "30", "20")] {
            let result = await append(store, [(1, "\(from)-\(to)")], mark: SourceMark(source: "c", from: from, to: to))
            switch result {
            case .success: #expect(expected == nil)
            case .failure(let error): #expect(error.kind == .moved(expected: expected ?? ""))
            }
            store.close()
            store = directory.open()
        }
        #expect(texts(try await page(store)) == ["--10", "10-20"])
        // Another source of the stream, and the source in another stream, are read by themselves.
        _ = try await append(store, [], mark: SourceMark(source: "d", from: "-", to: "1")).get()
        _ = try await append(store, [], stream: 2, mark: SourceMark(source: "c", from: "-", to: "1")).get()
    }

    @Test("what a crash cut off is gone after a restart, and what was acknowledged is not")
    func torn() async throws {
        let directory = Directory()
        var store = directory.open()
        for number in 0..<3 { await append(store, [(Int64(number), "event \(number)")]) }
        store.close()
        let path = directory.path + "/g/00000000000000000001.log"
        let whole = try #require(FileManager.default.contents(atPath: path))
        let torn = whole + whole.prefix(whole.count / 3 - 1)
        _ = FileManager.default.createFile(atPath: path, contents: torn)
        store = directory.open()
        #expect(texts(try await page(store)) == ["event 0", "event 1", "event 2"])
        #expect(FileManager.default.contents(atPath: path) == whole)
        await append(store, [(3, "event 3")])
        store.close()
        store = directory.open()
        #expect(texts(try await page(store)) == ["event 0", "event 1", "event 2", "event 3"])
    }

    @Test("retention removes whole segments, and groups that are gone")
    func retention() async throws {
        let directory = Directory()
        let store = directory.open()
        let day: Int64 = 24 * 3_600 * 1_000
        for number in 0..<4 as Range<Int64> {
            await append(store, [(number * 2 * day, "day \(number)")], at: number * 2 * day, mark: nil)
        }
        let files = { try FileManager.default.contentsOfDirectory(atPath: directory.path + "/g").sorted() }
        #expect(try files().filter { $0.hasSuffix(".log") }.count == 4)
        store.sweep { _ in LogStore.Keep(from: 3 * day, streams: [1]) }
        #expect(texts(try await page(store)) == ["day 2", "day 3"])
        #expect(try files().count == 3)
        store.sweep { _ in LogStore.Keep(from: nil, streams: []) }
        #expect(texts(try await page(store)) == ["day 3"])
        store.sweep { _ in nil }
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/g"))
        #expect(texts(try await page(store)) == [])
    }

    @Test("a full segment has its index beside it, and without that is looked through")
    func sealedSegments() async throws {
        let directory = Directory()
        var store = directory.open()
        let text = String(repeating: "x", count: 1 << 20)
        for number in 0..<34 as Range<Int64> { await append(store, [(number, text)]) }
        store.close()
        let index = directory.path + "/g/00000000000000000001.index"
        #expect(FileManager.default.fileExists(atPath: index))
        for isThere in [true, false] {
            if !isThere { try FileManager.default.removeItem(atPath: index) }
            store = directory.open()
            let page = try await page(store) { ($0.from, $0.limit) = (30, 2) }
            #expect(page.events.map(\.key.time) == [30])
            let statuses: [UInt64: StreamStatus] = try await withCheckedThrowingContinuation { continuation in
                store.status(of: [1, 9], in: "g") { continuation.resume(with: $0.mapError { $0 as any Error }) }
            }
            #expect(statuses.keys.sorted() == [1] && statuses[1]?.earliest == 0 && statuses[1]?.latest == 33)
            store.close()
        }
    }

    @Test("writes that fail are refused and leave what was there")
    func failingDisk() async throws {
        let directory = Directory()
        let store = directory.open()
        await append(store, [(1, "kept")])
        // A directory where the group's should be cannot be written as a file would be.
        _ = FileManager.default.createFile(atPath: directory.path + "/bad", contents: Data())
        let result: Result<UInt64, LogStoreError> = await withCheckedContinuation { continuation in
            store.append(LogBatch(stream: 1, ingestedAt: 1, events: []), to: "bad") {
                continuation.resume(returning: $0)
            }
        }
        guard case .failure(let error) = result else { return #expect(Bool(false), "it was taken") }
        #expect(error.kind == .disk)
        #expect(texts(try await page(store)) == ["kept"])
    }

    @Test("whoever follows hears of every batch")
    func following() async throws {
        let directory = Directory()
        let store = directory.open()
        let (news, sink) = AsyncStream<LogNews>.makeStream()
        let follower = store.follow { sink.yield($0) }
        await append(store, [(1, "a"), (2, "b")])
        await append(store, [], mark: SourceMark(source: "c", from: "-", to: "1"))
        await append(store, [(3, "c")])
        store.unfollow(follower)
        await append(store, [(4, "d")])
        sink.finish()
        var counts: [Int] = []
        for await item in news { counts.append(item.batch.events.count) }
        #expect(counts == [2, 1])
    }
}
