import LogStore
import State
import Synchronization

/// The names of a group's streams by their numbers, each looked up once in an answer.
final class StreamNames: Sendable {
    private let snapshot: Snapshot
    private let group: String
    private let known = Mutex<[UInt64: String?]>([:])

    init(_ snapshot: Snapshot, of group: String) {
        self.snapshot = snapshot
        self.group = group
    }

    /// Nil for a stream that was deleted.
    func name(_ number: UInt64) -> String? {
        known.withLock { known in
            if let name = known[number] { return name }
            let name = snapshot.logStream(number, of: group)?.name
            known[number] = .some(name)
            return name
        }
    }
}

extension LogQuery {
    /// A question about events of a group that are not deleted and not too old.
    init(about group: LogGroupRecord, _ names: StreamNames, from: Int?, to: Int?, oldest: Int64?) {
        self.init()
        self.from = max(Int64(from ?? 0), oldest ?? 0)
        if let to { self.to = Int64(to) }
        knows = { names.name($0) != nil }
    }
}
