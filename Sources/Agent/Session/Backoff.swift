import AWSWire
import NodeNet

/// Source: amazon-ecs-agent, acs/session: 250 ms × 1.5 up to 2 min, jitter 20 %; tcs/handler: 1 s × 2 up to 1 min.
extension Backoff {
    /// For the session for tasks.
    package static let tasks = Backoff(first: .milliseconds(250), factor: 1.5, last: .seconds(120))
    /// For the session for measurements.
    package static let telemetry = Backoff(first: .seconds(1), factor: 2, last: .seconds(60))
    /// For registrations: 3 s doubling to 192 s with the official agent; ours begins sooner, its server may just be
    /// starting.
    package static let registration = Backoff(first: .milliseconds(100), factor: 2, last: .seconds(60))
}

/// What follows the end of a session.
enum SessionEnd: Sendable, Equatable {
    /// A goodbye, or a connection that broke: dial again at once.
    case again
    /// An error: dial again after a pause.
    case later
    /// The instance is deregistered.
    case inactive

    /// - Parameter body: what the server said instead of opening the session: the exception's name and its text.
    static func after(refusal body: [UInt8]) -> SessionEnd {
        let answer = (try? JSONValue.parse(body)) ?? .null
        let name = answer["type"]?.stringValue ?? answer.members?.first?.name
        return name == "InactiveInstanceException" ? .inactive : .later
    }

    /// Source: amazon-ecs-agent, acs/session: these close codes mean no back-off.
    static func after(closeCode: UInt16) -> SessionEnd {
        [1000, 1001, 1005, 1006, 1011].contains(closeCode) ? .again : .later
    }
}
