import AWSModels
import Testing

@testable import AWSWire
@testable import LogStore
@testable import LogsAPI

@Suite("Live tails") struct LiveTailTests {
    private static func tail(_ change: (inout Logs.StartLiveTailRequest) -> Void = { _ in }) throws -> LiveTail {
        var request = Logs.StartLiveTailRequest(logGroupIdentifiers: ["arn"])
        change(&request)
        return LiveTail(
            groups: ["g": "arn"], request: request, pattern: try FilterPattern(request.logEventFilterPattern ?? ""),
            requestID: "r")
    }

    private static func news(_ count: Int, group: String = "g", text: String = "line") -> LogNews {
        let events = (0..<count).map { LogEvent(time: Int64($0), message: Array("\(text) \($0)".utf8)) }
        return LogNews(group: group, block: 1, batch: LogBatch(stream: 1, ingestedAt: 7, events: events))
    }

    private static func body(_ message: EventStreamMessage) throws -> JSONValue { try JSONValue.parse(message.payload) }

    @Test("a second's events are one message, and a second without any is an empty one")
    func updates() throws {
        var tail = try LiveTailTests.tail()
        tail.take(LiveTailTests.news(2), stream: "s")
        let first = try LiveTailTests.body(tail.update())
        #expect(first["sessionMetadata"]?["sampled"]?.boolValue == false)
        let events = first["sessionResults"]?.arrayValue ?? []
        #expect(events.map { $0["message"]?.stringValue } == ["line 0", "line 1"])
        #expect(events.first?["logGroupIdentifier"]?.stringValue == "arn")
        #expect(events.first?["logStreamName"]?.stringValue == "s")
        #expect(events.first?["ingestionTime"]?.intValue == 7)
        #expect(try LiveTailTests.body(tail.update())["sessionResults"]?.arrayValue?.count == 0)
    }

    @Test("of more than 500 events 500 are sent, and it is said")
    func sampled() throws {
        var tail = try LiveTailTests.tail()
        for _ in 0..<3 { tail.take(LiveTailTests.news(200), stream: "s") }
        let update = try LiveTailTests.body(tail.update())
        #expect(update["sessionResults"]?.arrayValue?.count == 500)
        #expect(update["sessionMetadata"]?["sampled"]?.boolValue == true)
        #expect(try LiveTailTests.body(tail.update())["sessionMetadata"]?["sampled"]?.boolValue == false)
    }

    @Test("only what was asked for is sent")
    func chosen() throws {
        var named = try LiveTailTests.tail { $0.logStreamNames = ["a"] }
        var prefixed = try LiveTailTests.tail { $0.logStreamNamePrefixes = ["web/"] }
        var filtered = try LiveTailTests.tail { $0.logEventFilterPattern = "1" }
        for stream in ["a", "web/b"] {
            named.take(LiveTailTests.news(1), stream: stream)
            prefixed.take(LiveTailTests.news(1), stream: stream)
            filtered.take(LiveTailTests.news(3), stream: stream)
        }
        for (tail, streams) in [(named, ["a"]), (prefixed, ["web/b"]), (filtered, ["a", "web/b"])] {
            var tail = tail
            #expect(!tail.concerns(LiveTailTests.news(1, group: "other")))
            tail.take(LiveTailTests.news(1, group: "other"), stream: "a")
            tail.take(LiveTailTests.news(1), stream: nil)
            let events = try LiveTailTests.body(tail.update())["sessionResults"]?.arrayValue ?? []
            #expect(events.map { $0["logStreamName"]?.stringValue } == streams)
        }
    }

    @Test("a message is framed as the specification says")
    func framing() {
        // Source: botocore, tests/unit/test_eventstream.py: an empty message, and one with a string header.
        let empty = EventStreamMessage(headers: [], payload: [])
        #expect(
            empty.encoded == [
                0, 0, 0, 0x10, 0, 0, 0, 0, 0x05, 0xC2, 0x48, 0xEB, 0x7D, 0x98, 0xC8, 0xFF,
            ])
        let message = EventStreamMessage(
            headers: [("content-type", "application/json")], payload: Array("{'foo':'bar'}".utf8))
        let bytes = message.encoded
        #expect(bytes.count == 0x3D && bytes[3] == 0x3D && bytes[7] == 0x20)
        #expect(Array(bytes[8..<12]) == [0x07, 0xFD, 0x83, 0x96])
        #expect(Array(bytes.suffix(4)) == [0x8D, 0x9C, 0x08, 0xB1])
    }
}
