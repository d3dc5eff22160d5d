import AWSWire
import NodeLink
import Testing

/// Frames as the official agent and its backend exchanged them.
@Suite("Session frames")
struct FramingTests {
    @Test(
        "frames of the task session come out as they went in",
        arguments: [
            "acs-AckRequest", "acs-HeartbeatAckRequest", "acs-IAMRoleCredentialsAckRequest", "acs-NackRequest",
            "acs-TaskStopVerificationMessage", "backend-HeartbeatMessage", "backend-IAMRoleCredentialsMessage",
            "backend-PayloadMessage", "backend-PerformUpdateMessage", "backend-TaskManifestMessage",
            "backend-TaskStopVerificationAck",
        ])
    func tasks(name: String) throws {
        let frame = try #require(try Fixture.load(name)["frame"])
        let message = try ACSMessage(frame: frame.encode())
        if case .unknown = message { Issue.record("unknown type") }
        #expect(try JSONValue.parse(message.frame).sorted == frame.sorted)
    }

    @Test(
        "frames of the telemetry session come out as they went in",
        arguments: [
            "tcs-PublishHealthRequest", "tcs-PublishInstanceStatusRequest", "tcs-PublishMetricsRequest-idle",
            "tcs-PublishMetricsRequest-restarts", "tcs-PublishMetricsRequest-tasks", "backend-tcs-AckPublishHealth",
            "backend-tcs-AckPublishInstanceStatus", "backend-tcs-AckPublishMetric", "backend-tcs-HeartbeatMessage",
        ])
    func telemetry(name: String) throws {
        let fixture = try Fixture.load(name)
        let frame = try #require(fixture["frame"])
        let lines = fixture["text_before_json"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let head = lines.isEmpty ? "" : lines.joined(separator: "\r\n") + "\r\n\r\n"
        let bytes = Array(head.utf8) + frame.encode()
        let message = try TCSMessage(frame: bytes)
        if case .unknown = message { Issue.record("unknown type") }
        #expect(try JSONValue.parse(message.frame).sorted == frame.sorted)
        let taken = TelemetryFrame(bytes)
        #expect(taken.headers.fields.map(\.name) == (lines.isEmpty ? [] : ["Authorization", "Host", "X-Amz-Date"]))
        #expect(TelemetryFrame(headers: taken.headers, body: taken.body).bytes == bytes)
    }

    @Test("a type nobody knows is named, not refused")
    func unknown() throws {
        guard case .unknown("Surprise") = try ACSMessage(frame: Array(#"{"type":"Surprise","message":{"a":1}}"#.utf8))
        else {
            Issue.record("not unknown")
            return
        }
    }

    @Test(
        "garbage is refused",
        arguments: [
            "", "{", "[]", "{\"message\":{}}", "x\r\n\r\n", #"{"type":"PayloadMessage","message":{"seqNum":"one"}}"#,
        ])
    func garbage(text: String) {
        #expect(throws: WireError.self) { try ACSMessage(frame: Array(text.utf8)) }
    }
}

enum Fixture {
    static func load(_ name: String) throws -> JSONValue {
        try JSONValue.parse(try Files.read(Files.fixtures + "/\(name).json"))
    }
}

extension JSONValue {
    /// With the members of objects in alphabetical order, and numbers as they compare.
    var sorted: JSONValue {
        switch self {
        case .object(let members):
            .object(members.sorted { $0.name < $1.name }.map { JSONMember($0.name, $0.value.sorted) })
        case .array(let items): .array(items.map(\.sorted))
        case .int(let value): .double(Double(value))
        default: self
        }
    }
}
