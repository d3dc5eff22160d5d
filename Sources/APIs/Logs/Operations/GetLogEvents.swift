import APIPipeline
import AWSModels
import AWSWire
import LogStore
import State

/// The events of one stream, page by page in both directions. A token that leads nowhere yet comes back as it was sent.
/// Source: CloudWatch Logs API Reference, GetLogEvents.
struct GetLogEvents: DeferredOperation {
    static let model = Logs.Operations.getLogEvents

    func access(
        _ input: Logs.GetLogEventsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let group = try GroupReference.name(input.logGroupName, input.logGroupIdentifier, tx.realm)
        return permission(group, tx.realm, stream: input.logStreamName)
    }

    func begin(
        _ input: Logs.GetLogEventsRequest, _ call: Call, _ snapshot: Snapshot, at now: Timestamp,
        answer: @escaping @Sendable (Result<Logs.GetLogEventsResponse, WireError>) -> Void
    ) throws(WireError) {
        let store = try call.services.get(LogStore.self)
        let group = try snapshot.logGroup(input.logGroupName, input.logGroupIdentifier)
        let stream = try snapshot.logStream(input.logStreamName, of: group)
        let names = StreamNames(snapshot, of: group.id)
        var query = LogQuery(
            about: group, names, from: input.startTime, to: input.endTime,
            oldest: group.oldestShown(at: now)?.milliseconds)
        query.streams = [stream.number]
        query.limit = input.limit ?? 10_000
        query.direction = input.startFromHead == true ? .ascending : .descending
        if let token = input.nextToken {
            guard let place = StreamToken(token) else { throw .invalidParameter("The specified nextToken is invalid.") }
            query.direction = place.direction
            query.beyond = place.key
        }
        let asked = query
        store.read(asked, in: group.id) { result in
            answer(result.map { GetLogEvents.response($0, asked) }.mapError(\.wire))
        }
    }

    private static func response(_ page: LogPage, _ query: LogQuery) -> Logs.GetLogEventsResponse {
        let ordered = query.direction == .ascending ? page.events : page.events.reversed()
        let events = ordered.map { event in
            Logs.OutputLogEvent(
                timestamp: Int(event.key.time), message: String(decoding: event.message, as: UTF8.self),
                ingestionTime: Int(event.ingestedAt))
        }
        // Nothing on the page: both ways go on from where it was looked for, or from where the looking was given up.
        let start = query.direction == .ascending ? EventKey.before(query.from) : EventKey.before(query.to)
        let stand = page.next ?? query.beyond ?? (query.to == .max ? EventKey.before(query.from) : start)
        var forward = ordered.last?.key ?? stand
        var backward = ordered.first?.key ?? stand
        if let next = page.next, query.direction == .ascending { forward = max(forward, next) }
        if let next = page.next, query.direction == .descending { backward = min(backward, next) }
        return Logs.GetLogEventsResponse(
            events: events, nextForwardToken: StreamToken(direction: .ascending, key: forward).text,
            nextBackwardToken: StreamToken(direction: .descending, key: backward).text)
    }
}

/// A place in a stream, and which way a page goes from there: `f/<56 digits>/s` or `b/<56 digits>/s`.
struct StreamToken: Equatable {
    var direction: LogQuery.Direction
    var key: EventKey

    init(direction: LogQuery.Direction, key: EventKey) {
        self.direction = direction
        self.key = key
    }

    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[2] == "s", let key = EventKey(text: parts[1]) else { return nil }
        switch parts[0] {
        case "f": direction = .ascending
        case "b": direction = .descending
        default: return nil
        }
        self.key = key
    }

    var text: String { (direction == .ascending ? "f/" : "b/") + key.text + "/s" }
}
