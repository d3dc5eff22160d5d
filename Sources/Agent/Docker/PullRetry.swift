import NodeNet

/// Whether a pull that failed is tried again, and when.
enum PullRetry {
    /// Source: amazon-ecs-agent, agent/dockerclient/dockerapi/docker_client.go: five attempts, 1.1 s × 2 up to 5 s.
    static let attempts = 5
    static let backoff = Backoff(first: .milliseconds(1_100), factor: 2, last: .seconds(5))

    /// What registries and engines say when another attempt would end the same. The official agent tries these again,
    /// too, and reports the same twelve seconds later.
    private static let final = [
        "manifest unknown", "not found", "no such image", "access denied", "unauthorized", "authentication required",
        "no basic auth credentials", "invalid reference format", "no matching manifest", "no space left on device",
    ]

    static func isWorthwhile(_ failure: EngineFailure) -> Bool {
        switch failure.kind {
        case .timeout, .missing, .final: return false
        case .unreachable: return true
        case .refused:
            let text = failure.message.lowercased()
            return !final.contains { text.contains($0) }
        }
    }
}
