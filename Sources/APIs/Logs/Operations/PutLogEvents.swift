import APIPipeline
import AWSModels
import AWSWire
import LogStore
import State

/// Keeps events in a stream. They are on the disk before the answer leaves.
/// Source: CloudWatch Logs API Reference, PutLogEvents.
struct PutLogEvents: DeferredOperation {
    static let model = Logs.Operations.putLogEvents

    func access(
        _ input: Logs.PutLogEventsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.logGroupName, tx.realm, stream: input.logStreamName)
    }

    func begin(
        _ input: Logs.PutLogEventsRequest, _ call: Call, _ snapshot: Snapshot, at now: Timestamp,
        answer: @escaping @Sendable (Result<Logs.PutLogEventsResponse, WireError>) -> Void
    ) throws(WireError) {
        let store = try call.services.get(LogStore.self)
        let group = try snapshot.logGroup(input.logGroupName)
        let stream = try snapshot.logStream(input.logStreamName, of: group)
        let put = try PutBatch(input.logEvents, group, at: now)
        let mark = SourceMark(sequenceToken: input.sequenceToken)
        guard !put.events.isEmpty || mark != nil else { return answer(.success(response(0, put))) }
        let batch = LogBatch(
            stream: stream.number, ingestedAt: now.milliseconds, events: put.events, mark: mark)
        store.append(batch, to: group.id) { result in
            answer(result.map { response($0, put) }.mapError(\.wire))
        }
    }

    /// The token is for older clients, which send it back: nobody looks at it.
    private func response(_ block: UInt64, _ put: PutBatch) -> Logs.PutLogEventsResponse {
        let digits = String(block)
        let token = "496" + String(repeating: "0", count: 53 - digits.utf8.count) + digits
        return Logs.PutLogEventsResponse(nextSequenceToken: token, rejectedLogEventsInfo: put.rejected)
    }
}
