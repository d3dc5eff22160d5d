import AWSWire

/// How a run ended.
package struct Report {
    package var seed: UInt64
    /// How many events there were.
    package var steps: Int
    /// How much virtual time passed.
    package var duration: Duration
    /// What broke; nil when all went well.
    package var failure: Failure?
    /// What was done, in order.
    package var deeds: [DeedLine]
    package var trace: Trace
}

/// A deed that was done: a call of a client, or a fault.
package struct DeedLine: Sendable, Equatable {
    /// The place in the seed's plan.
    package var number: Int
    /// Virtual seconds since the beginning.
    package var time: String
    /// `RunTask {…}`, or what broke.
    package var text: String
}

/// What broke in a run.
package struct Failure: Sendable, Equatable {
    /// The invariant's name.
    package var invariant: String
    /// What is wrong, in a sentence.
    package var breach: String
    /// The number of the event.
    package var step: Int
    /// Virtual seconds since the beginning.
    package var time: String
}

extension Failure {
    /// The failure on a screen.
    package var text: String { "FAILED at step \(step), \(time) s: \(invariant)\n  \(breach)" }
}

extension Report {
    /// The run on a screen: what happened how often, what broke and what came before, and the hash of the whole trace.
    package var text: String {
        var lines = ["seed \(seed): \(steps) steps in \(duration.wholeMilliseconds / 1_000) virtual seconds"]
        lines += trace.summary.map { what, count in
            "  " + String(repeating: " ", count: max(0, 8 - String(count).count)) + "\(count)  \(what)"
        }
        if let failure {
            lines += ["the last of the trace:"] + trace.end.map { "  " + $0 }
            lines.append(failure.text)
        } else {
            lines.append("passed")
        }
        lines.append("trace \(trace.fingerprint)")
        return lines.joined(separator: "\n")
    }
}
