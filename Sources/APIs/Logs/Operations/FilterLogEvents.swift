import APIPipeline
import AWSModels
import AWSWire
import LogStore
import State

/// The events of a group's streams that a pattern finds, in order of their times.
/// Source: CloudWatch Logs API Reference, FilterLogEvents.
struct FilterLogEvents: DeferredOperation {
    static let model = Logs.Operations.filterLogEvents

    func access(
        _ input: Logs.FilterLogEventsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(try GroupReference.name(input.logGroupName, input.logGroupIdentifier, tx.realm), tx.realm)
    }

    func begin(
        _ input: Logs.FilterLogEventsRequest, _ call: Call, _ snapshot: Snapshot, at now: Timestamp,
        answer: @escaping @Sendable (Result<Logs.FilterLogEventsResponse, WireError>) -> Void
    ) throws(WireError) {
        let store = try call.services.get(LogStore.self)
        let group = try snapshot.logGroup(input.logGroupName, input.logGroupIdentifier)
        let names = StreamNames(snapshot, of: group.id)
        var query = LogQuery(
            about: group, names, from: input.startTime, to: input.endTime,
            oldest: group.oldestShown(at: now)?.milliseconds)
        query.streams = try FilterLogEvents.streams(input, of: group, snapshot)
        query.limit = input.limit ?? 10_000
        query.direction = input.startFromHead == false ? .descending : .ascending
        if let token = input.nextToken {
            guard let place = StreamToken(token) else { throw .invalidParameter("The specified nextToken is invalid.") }
            query.direction = place.direction
            query.beyond = place.key
        }
        let pattern = try FilterPattern(input.filterPattern ?? "")
        if !pattern.isEmpty { query.matches = { pattern.matches($0) } }
        let asked = query
        store.read(asked, in: group.id) { result in
            answer(result.map { FilterLogEvents.response($0, asked, names) }.mapError(\.wire))
        }
    }

    private static func streams(
        _ input: Logs.FilterLogEventsRequest, of group: LogGroupRecord, _ snapshot: Snapshot
    ) throws(WireError) -> Set<UInt64>? {
        guard let wanted = input.logStreamNames else {
            guard let prefix = input.logStreamNamePrefix else { return nil }
            return snapshot.logStreams(of: group, startingWith: prefix)
        }
        guard input.logStreamNamePrefix == nil else {
            throw .invalidParameter("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
        }
        var numbers: Set<UInt64> = []
        for name in wanted { numbers.insert(try snapshot.logStream(name, of: group).number) }
        return numbers
    }

    private static func response(
        _ page: LogPage, _ query: LogQuery, _ names: StreamNames
    ) -> Logs.FilterLogEventsResponse {
        let events = page.events.map { event in
            Logs.FilteredLogEvent(
                logStreamName: names.name(event.stream), timestamp: Int(event.key.time),
                message: String(decoding: event.message, as: UTF8.self), ingestionTime: Int(event.ingestedAt),
                eventId: event.key.text)
        }
        return Logs.FilterLogEventsResponse(
            events: events, searchedLogStreams: [],
            nextToken: page.next.map { StreamToken(direction: query.direction, key: $0).text })
    }
}

extension Snapshot {
    /// The numbers of the streams of a group whose names begin with a text.
    func logStreams(of group: LogGroupRecord, startingWith prefix: String) -> Set<UInt64> {
        var numbers: Set<UInt64> = []
        table(LogStreamRecord.self).forEach(startingWith: "\(group.id)/\(prefix)") { stream in
            numbers.insert(stream.number)
            return true
        }
        return numbers
    }
}
