/// Why the engine did not do what it was asked.
package struct EngineFailure: Error, Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// The engine answered with an error.
        case refused
        /// The engine did not answer in time; the limit in its name.
        case timeout(Duration)
        /// There is no engine, or the connection broke.
        case unreachable
        /// What the action is about is not there.
        case missing
        /// What the agent itself found; the message is the whole reason.
        case final
    }

    package var kind: Kind
    /// In the engine's own words.
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// The failure as a container's reason: `Name: text`.
    /// - Parameters:
    ///   - name: the error's name unless the engine timed out.
    ///   - state: what the container was to become, in the agent's words.
    /// Source: amazon-ecs-agent, agent/dockerclient/dockerapi/errors.go.
    func reason(_ name: String, towards state: String) -> String {
        switch kind {
        case .timeout(let limit):
            "DockerTimeoutError: Could not transition to \(state); timed out after waiting \(EngineFailure.text(limit))"
        case .refused, .missing: "\(name): Error response from daemon: \(message)"
        case .unreachable: "\(name): \(message)"
        case .final: message
        }
    }

    /// A duration as Go prints it: `2h0m0s`, `4m0s`, `30s`.
    private static func text(_ duration: Duration) -> String {
        let seconds = duration.components.seconds
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60)
        if hours > 0 { return "\(hours)h\(minutes)m\(seconds % 60)s" }
        return minutes > 0 ? "\(minutes)m\(seconds % 60)s" : "\(seconds)s"
    }
}
