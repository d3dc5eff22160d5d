import APIPipeline
import AWSModels
import AWSWire
import LogStore
import State

/// The streams of a group, in order of their names or of their last events.
/// Source: CloudWatch Logs API Reference, DescribeLogStreams.
struct DescribeLogStreams: DeferredOperation {
    static let model = Logs.Operations.describeLogStreams

    func access(
        _ input: Logs.DescribeLogStreamsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(try GroupReference.name(input.logGroupName, input.logGroupIdentifier, tx.realm), tx.realm)
    }

    func begin(
        _ input: Logs.DescribeLogStreamsRequest, _ call: Call, _ snapshot: Snapshot, at now: Timestamp,
        answer: @escaping @Sendable (Result<Logs.DescribeLogStreamsResponse, WireError>) -> Void
    ) throws(WireError) {
        let store = try call.services.get(LogStore.self)
        let group = try snapshot.logGroup(input.logGroupName, input.logGroupIdentifier)
        let isByTime = input.orderBy == .lastEventTime
        guard !isByTime || input.logStreamNamePrefix == nil else {
            throw .invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
        }
        let paging = try Paging.logs(input.nextToken, input.limit)
        let order = StreamOrder(isByTime: isByTime, isDescending: input.descending ?? false)
        var streams: [LogStreamRecord] = []
        snapshot.table(LogStreamRecord.self).forEach(startingWith: "\(group.id)/\(input.logStreamNamePrefix ?? "")") {
            streams.append($0)
            return true
        }
        let (found, realm) = (streams, snapshot.realm)
        store.status(of: found.map(\.number), in: group.id) { result in
            answer(
                result.map { statuses in
                    let page = order.page(found, statuses, paging)
                    let shown = page.items.map { $0.shown(group, realm, statuses[$0.number]) }
                    return Logs.DescribeLogStreamsResponse(logStreams: shown, nextToken: page.nextToken)
                }.mapError(\.wire))
        }
    }
}

/// How streams are put in order. Those without events come before all others when the order is of times.
private struct StreamOrder: Sendable {
    var isByTime: Bool
    var isDescending: Bool

    func page(
        _ streams: [LogStreamRecord], _ statuses: [UInt64: StreamStatus], _ paging: Paging
    ) -> (items: [LogStreamRecord], nextToken: String?) {
        let keyed = streams.map { (key: key($0, statuses[$0.number]), stream: $0) }
        let ordered = keyed.sorted { isDescending ? $0.key > $1.key : $0.key < $1.key }
        return paging.page { after, body in
            for item in ordered {
                if let after, isDescending ? item.key >= after : item.key <= after { continue }
                guard body(item.key, item.stream) else { return }
            }
        }
    }

    private func key(_ stream: LogStreamRecord, _ status: StreamStatus?) -> String {
        guard isByTime else { return stream.name }
        let digits = String(max(0, status?.latest ?? 0))
        return String(repeating: "0", count: max(0, 20 - digits.utf8.count)) + digits + "/" + stream.name
    }
}

extension LogStreamRecord {
    /// `storedBytes` of a stream is always 0 since 2019.
    fileprivate func shown(_ group: LogGroupRecord, _ realm: Realm, _ status: StreamStatus?) -> Logs.LogStream {
        Logs.LogStream(
            logStreamName: name, creationTime: Int(createdAt.milliseconds),
            firstEventTimestamp: status.map { Int($0.earliest) }, lastEventTimestamp: status.map { Int($0.latest) },
            lastIngestionTime: status.map { Int($0.ingestedAt) },
            uploadSequenceToken: status == nil ? nil : "496" + String(repeating: "0", count: 53),
            arn: group.arn(realm) + ":log-stream:\(name)", storedBytes: 0)
    }
}
