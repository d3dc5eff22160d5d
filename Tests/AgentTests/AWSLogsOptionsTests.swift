import AWSWire
import Testing

@testable import Agent

@Suite("The options of awslogs") struct AWSLogsOptionsTests {
    private func options(_ more: [String: String]) throws(EngineFailure) -> AWSLogsOptions {
        try AWSLogsOptions(
            ["awslogs-group": "g"].merging(more) { $1 }, region: "us-east-1",
            task: "arn:aws:ecs:us-east-1:0:task/c/0a", container: "app")
    }

    @Test("name the stream")
    func streams() throws {
        #expect(try options(["awslogs-stream-prefix": "p"]).streamName("id") == "p/app/0a")
        #expect(try options(["awslogs-stream": "s"]).streamName("id") == "s")
        #expect(try options([:]).streamName("id") == "id")
    }

    @Test(
        "say how much is kept: the more of what is asked for and what is sensible",
        arguments: [
            ([:], 8), (["max-buffer-size": "1g"], 66), (["mode": "blocking"], 64), (["max-buffer-size": "10m"], 8),
            (["max-buffer-size": "4gb", "mode": "blocking"], 258), (["max-buffer-size": "512"], 8),
        ] as [([String: String], Int)])
    func buffers(more: [String: String], files: Int) throws { #expect(try options(more).files == files) }

    @Test(
        "that are wrong are refused",
        arguments: [
            ["awslogs-group": ""], ["x": "y"], ["mode": "maybe"], ["max-buffer-size": "-1"], ["max-buffer-size": "1x"],
            ["max-buffer-size": "99999999999999999999g"], ["awslogs-create-group": "yes"],
            ["awslogs-region": "eu-west-1"],
            ["awslogs-endpoint": "ftp://x"], ["awslogs-multiline-pattern": "("],
            ["awslogs-multiline-pattern": "a", "awslogs-datetime-format": "%Y"],
        ])
    func refused(more: [String: String]) {
        #expect { try options(more) } throws: { ($0 as? EngineFailure)?.kind == .refused }
    }

    @Test(
        "formats of times are patterns",
        arguments: [
            ("%Y-%m-%d %H:%M:%S", "x 2026-12-31 23:59:59", true), ("%Y-%m-%d", "2026-13-01", false),
            ("%b %d", "Feb 09 12:00", true), ("%A", "on Sunday", true), ("%y%j", "26001", true),
            ("%I %p", "11 PM", true),
            ("%S%L", "59.123", true), ("%z", "+0100", true), ("%Z", "CET", true), ("100%%", "100%", true),
            ("%f", "12345", false), ("\\[%w\\]", "[6]", true),
        ])
    func formats(format: String, line: String, isFound: Bool) throws {
        #expect(try LinearPattern(DateTimeFormat.pattern(format)).isFound(in: line) == isFound)
    }
}
