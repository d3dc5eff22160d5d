import Dispatch
import Synchronization

/// The events of all groups, each group in a directory of its own.
///
/// One thread writes: what came while it was busy is one write and one flush for each group. Whoever sent a batch hears
/// of it when it is on the disk. Reads run on other threads and hold nothing up.
package final class LogStore: Sendable {
    /// Takes what became of a batch: the number of its block.
    package typealias Completion = @Sendable (Result<UInt64, LogStoreError>) -> Void

    private struct Pending {
        var group: String
        var batch: LogBatch
        var completion: Completion
    }

    private struct Contents {
        var pending: [Pending] = []
        var pendingBytes = 0
        var isWriting = false
        var isClosed = false
        var groups: [String: GroupLog] = [:]
        var followers: [Int: @Sendable (LogNews) -> Void] = [:]
        var lastFollower = 0
    }

    /// What may wait for the disk. A batch is 1 MiB at most.
    private static let maximumPendingBytes = 64 << 20

    private let directory: String
    private let contents = Mutex(Contents())
    private let writer = DispatchQueue(label: "roost.logs.writer")
    /// A few, so that many questions do not take every thread and all memory.
    private let readers = (0..<4).map { DispatchQueue(label: "roost.logs.reader.\($0)") }
    private let nextReader = Atomic(0)
    /// Held while a group is opened: what a crash left is cut off only once, before anything is written.
    private let opening = Mutex(())
    /// Told of damage that was found in a group's files: the group and how many bytes.
    private let onDamage: @Sendable (String, Int) -> Void

    /// Touches nothing yet: the directory is made with the first event, groups are opened when they are asked for.
    package init(
        directory: String, onDamage: @escaping @Sendable (_ group: String, _ bytes: Int) -> Void = { _, _ in }
    ) {
        self.directory = directory
        self.onDamage = onDamage
    }

    /// Keeps a batch. The completion is called when it is durable, or when it is certain that nothing of it is kept;
    /// from the writer's thread.
    /// - Parameter group: the group's identifier: letters and digits, unique for ever.
    package func append(_ batch: LogBatch, to group: String, _ completion: @escaping Completion) {
        let (isTaken, isFirst) = contents.withLock { contents in
            guard !contents.isClosed, contents.pendingBytes < LogStore.maximumPendingBytes else {
                return (false, false)
            }
            contents.pending.append(Pending(group: group, batch: batch, completion: completion))
            contents.pendingBytes += batch.cost
            defer { contents.isWriting = true }
            return (true, !contents.isWriting)
        }
        guard isTaken else { return completion(.failure(LogStoreError(.busy, "too much waits to be written"))) }
        if isFirst { writer.async { self.write() } }
    }

    /// Writes until nothing waits.
    private func write() {
        while true {
            let pending = contents.withLock { contents -> [Pending] in
                contents.isWriting = !contents.pending.isEmpty
                defer {
                    contents.pending = []
                    contents.pendingBytes = 0
                }
                return contents.pending
            }
            guard !pending.isEmpty else { return }
            let byGroup = Dictionary(grouping: pending, by: \.group)
            for group in byGroup.keys.sorted() { write(byGroup[group] ?? [], to: group) }
        }
    }

    private func write(_ pending: [Pending], to group: String) {
        let log: GroupLog
        do throws(LogStoreError) { log = try self.log(of: group) } catch {
            for item in pending { item.completion(.failure(error)) }
            return
        }
        let results = log.append(pending.map(\.batch))
        let followers = contents.withLock { $0.followers }
        for (item, result) in zip(pending, results) {
            item.completion(result)
            guard case .success(let block) = result, !item.batch.events.isEmpty else { continue }
            let news = LogNews(group: group, block: block, batch: item.batch)
            for key in followers.keys.sorted() { followers[key]?(news) }
        }
    }

    /// A group's events, opened if need be. Blocking.
    private func log(of group: String) throws(LogStoreError) -> GroupLog {
        if let log = contents.withLock({ $0.groups[group] }) { return log }
        let result = opening.withLock { _ -> Result<GroupLog, LogStoreError> in
            if let log = contents.withLock({ $0.groups[group] }) { return .success(log) }
            let log: GroupLog
            do throws(LogStoreError) { log = try GroupLog(directory + "/" + group) } catch { return .failure(error) }
            contents.withLock { $0.groups[group] = log }
            if log.damagedBytes > 0 { onDamage(group, log.damagedBytes) }
            return .success(log)
        }
        return try result.get()
    }

    // MARK: Reading

    /// Answers a question about a group, from a thread of its own.
    package func read(
        _ query: LogQuery, in group: String, _ answer: @escaping @Sendable (Result<LogPage, LogStoreError>) -> Void
    ) {
        withLog(of: group) { result in
            answer(
                result.flatMap { log in
                    do throws(LogStoreError) { return .success(try log.page(query)) } catch { return .failure(error) }
                })
        }
    }

    /// Tells what there is of streams of a group; those without events are absent.
    package func status(
        of streams: [UInt64], in group: String,
        _ answer: @escaping @Sendable (Result<[UInt64: StreamStatus], LogStoreError>) -> Void
    ) {
        withLog(of: group) { answer($0.map { $0.status(of: streams) }) }
    }

    /// Tells how many bytes groups take on the disk, by their identifiers.
    package func sizes(of groups: [String], _ answer: @escaping @Sendable ([String: Int]) -> Void) {
        perform {
            var sizes: [String: Int] = [:]
            for group in groups { sizes[group] = (try? self.log(of: group))?.storedBytes ?? 0 }
            answer(sizes)
        }
    }

    private func withLog(
        of group: String, _ body: @escaping @Sendable (Result<GroupLog, LogStoreError>) -> Void
    ) {
        perform {
            do throws(LogStoreError) { body(.success(try self.log(of: group))) } catch { body(.failure(error)) }
        }
    }

    private func perform(_ work: @escaping @Sendable () -> Void) {
        let turn = nextReader.wrappingAdd(1, ordering: .relaxed).oldValue
        readers[abs(turn % readers.count)].async(execute: work)
    }

    // MARK: News

    /// Tells of every batch that was kept, in the order of a group, until `unfollow`. The body must be quick.
    package func follow(_ body: @escaping @Sendable (LogNews) -> Void) -> Int {
        contents.withLock { contents in
            contents.lastFollower += 1
            contents.followers[contents.lastFollower] = body
            return contents.lastFollower
        }
    }

    package func unfollow(_ follower: Int) { contents.withLock { $0.followers[follower] = nil } }

    // MARK: Retention

    /// What is to stay of a group.
    package struct Keep: Sendable {
        /// Events before this time may go, in milliseconds since 1970; nil to keep all.
        package var from: Int64?
        /// The numbers of the streams that have not been deleted.
        package var streams: Set<UInt64>

        package init(from: Int64?, streams: Set<UInt64>) {
            self.from = from
            self.streams = streams
        }
    }

    /// Removes what is not to stay. Blocking.
    /// - Parameter keep: called once for each group that has files: nil removes the group. It must look at a state no
    ///   older than this call, so that a group that was just made is not taken for one that is gone.
    package func sweep(_ keep: @escaping @Sendable (_ group: String) -> Keep?) {
        for group in LogFile.names(in: directory) {
            // In the writer's turn, so that nothing is written into a directory that goes.
            writer.sync {
                guard let kept = keep(group) else {
                    contents.withLock { $0.groups[group] = nil }
                    return LogFile.removeDirectory(directory + "/" + group)
                }
                guard let log = try? self.log(of: group) else { return }
                log.expire(before: kept.from) { kept.streams.contains($0) }
            }
        }
    }

    /// Writes what waits, and takes nothing more. Blocking.
    package func close() {
        contents.withLock { $0.isClosed = true }
        writer.sync {}
        contents.withLock { $0.groups = [:] }
    }
}

/// A batch that was kept.
package struct LogNews: Sendable {
    package var group: String
    package var block: UInt64
    package var batch: LogBatch
}
