import AWSModels
import AWSWire
import LogStore
import State

/// One session of StartLiveTail without its connection and clock: batches in, messages out.
///
/// Every second there is a message with what came, be it nothing; of more than 500 events a second only 500 are sent,
/// and the message says that it is a sample.
/// Source: CloudWatch Logs API Reference, StartLiveTail.
package struct LiveTail: Sendable {
    /// The most events of a message.
    static let maximumEvents = 500

    /// The ARNs of the groups, by their ids.
    private let groups: [String: String]
    private let request: Logs.StartLiveTailRequest
    private let pattern: FilterPattern
    private let requestID: String
    private var events: [Logs.LiveTailSessionLogEvent] = []
    private var isSampled = false

    init(
        groups: [String: String], request: Logs.StartLiveTailRequest, pattern: FilterPattern, requestID: String
    ) {
        self.groups = groups
        self.request = request
        self.pattern = pattern
        self.requestID = requestID
    }

    /// Whether news are of a group that is watched.
    package func concerns(_ news: LogNews) -> Bool { groups[news.group] != nil }

    /// What opens the stream.
    package var start: [EventStreamMessage] {
        let session = Logs.LiveTailSessionStart(
            requestId: requestID, sessionId: requestID, logGroupIdentifiers: groups.values.sorted(),
            logStreamNames: request.logStreamNames ?? [], logStreamNamePrefixes: request.logStreamNamePrefixes ?? [],
            logEventFilterPattern: request.logEventFilterPattern ?? "")
        return [.initialResponse(), .event("sessionStart", session.encoded())]
    }

    /// Takes what was kept.
    /// - Parameter stream: the name of its stream; nil when it is gone again.
    package mutating func take(_ news: LogNews, stream: String?) {
        guard let group = groups[news.group], let stream, admits(stream) else { return }
        for event in news.batch.events {
            guard event.message.withUnsafeBytes({ pattern.matches($0) }) else { continue }
            guard events.count < LiveTail.maximumEvents else {
                isSampled = true
                return
            }
            events.append(
                Logs.LiveTailSessionLogEvent(
                    logStreamName: stream, logGroupIdentifier: group,
                    message: String(decoding: event.message, as: UTF8.self), timestamp: Int(event.time),
                    ingestionTime: Int(news.batch.ingestedAt)))
        }
    }

    /// Something came that was not looked at.
    package mutating func skip() { isSampled = true }

    private func admits(_ stream: String) -> Bool {
        if let names = request.logStreamNames { return names.contains(stream) }
        if let prefixes = request.logStreamNamePrefixes { return prefixes.contains { stream.hasPrefix($0) } }
        return true
    }

    /// The message of a second.
    package mutating func update() -> EventStreamMessage {
        let update = Logs.LiveTailSessionUpdate(
            sessionMetadata: Logs.LiveTailSessionMetadata(sampled: isSampled), sessionResults: events)
        events = []
        isSampled = false
        return .event("sessionUpdate", update.encoded())
    }

    /// The message after three hours.
    package static let timeout = EventStreamMessage.exception(
        "SessionTimeoutException", message: "The session has timed out after three hours.")
}

/// Gives live tails their connections and their clock: a service of a region.
package struct LiveTails: Sendable {
    let stream: @Sendable (LiveTail) -> BodyStream

    package init(stream: @escaping @Sendable (LiveTail) -> BodyStream) { self.stream = stream }
}
