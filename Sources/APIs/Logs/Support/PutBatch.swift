import AWSModels
import AWSWire
import LogStore
import State

/// What PutLogEvents takes of a request's events, and what it rejects.
/// Source: CloudWatch Logs API Reference, PutLogEvents.
struct PutBatch {
    private static let maximumBytes = 1_048_576
    /// What each event counts beside its message.
    private static let bytesPerEvent = 26
    private static let day: Int64 = 24 * 3_600 * 1_000
    private static let oldest: Int64 = 14 * day
    private static let newest: Int64 = 2 * 3_600 * 1_000

    private(set) var events: [LogEvent] = []
    /// Nil when all were taken.
    private(set) var rejected: Logs.RejectedLogEventsInfo?

    /// - Throws: `InvalidParameterException` for a batch of which nothing is taken.
    init(_ given: [Logs.InputLogEvent], _ group: LogGroupRecord, at now: Timestamp) throws(WireError) {
        let bytes = given.reduce(0) { $0 + $1.message.utf8.count + PutBatch.bytesPerEvent }
        guard bytes <= PutBatch.maximumBytes else {
            throw .invalidParameter("Upload too large: \(bytes) bytes exceeds limit of \(PutBatch.maximumBytes)")
        }
        let times = given.map { Int64($0.timestamp) }
        guard zip(times, times.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw .invalidParameter("Log events in a single PutLogEvents request must be in chronological order.")
        }
        let tooOld = now.milliseconds - PutBatch.oldest
        let expired = group.oldestShown(at: now)?.milliseconds ?? .min
        let tooNew = now.milliseconds + PutBatch.newest
        // In order of their times: the old ones come first, the new ones last.
        let oldEnd = times.firstIndex { $0 >= tooOld } ?? times.endIndex
        let expiredEnd = times.firstIndex { $0 >= expired } ?? times.endIndex
        let newStart = times.firstIndex { $0 > tooNew } ?? times.endIndex
        let start = max(oldEnd, expiredEnd)
        if start < newStart {
            guard times[newStart - 1] - times[start] <= PutBatch.day else {
                throw .invalidParameter(
                    "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.")
            }
            events = given[start..<newStart].map {
                LogEvent(time: Int64($0.timestamp), message: Array($0.message.utf8))
            }
        }
        guard events.count < given.count else { return }
        rejected = Logs.RejectedLogEventsInfo(
            tooNewLogEventStartIndex: newStart < times.endIndex ? newStart : nil,
            tooOldLogEventEndIndex: oldEnd > 0 ? oldEnd : nil,
            expiredLogEventEndIndex: expiredEnd > 0 ? expiredEnd : nil)
    }
}

extension SourceMark {
    /// The mark in a sequence token of our own agents: `roost/<source>/<from>/<to>`. CloudWatch ignores sequence
    /// tokens; so do we for all others.
    init?(sequenceToken: String?) {
        let parts = (sequenceToken ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0] == "roost", parts[1...].allSatisfy({ !$0.isEmpty }),
            parts.allSatisfy({ $0.utf8.count <= SourceMark.maximumBytes })
        else { return nil }
        self.init(source: parts[1], from: parts[2], to: parts[3])
    }
}
