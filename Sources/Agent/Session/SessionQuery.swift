import AWSWire

/// The addresses of sessions.
/// Source: observed, Fixtures/acs-upgrade-*.json and tcs-upgrade.json.
enum SessionQuery {
    static let agentVersion = AgentRelease.version
    static let agentHash = AgentRelease.hash

    /// The query of the session for tasks; names in alphabetical order, as signatures want them.
    /// - Parameter sendCredentials: whether the server has to send all tasks' credentials: the first time only.
    static func tasks(cluster: String, instance: String, engine: String, sendCredentials: Bool) -> String {
        encoded([
            ("agentHash", agentHash), ("agentVersion", agentVersion), ("clusterArn", cluster),
            ("containerInstanceArn", instance), ("dockerVersion", "DockerVersion: \(engine)"), ("protocolVersion", "2"),
            ("sendCredentials", sendCredentials ? "true" : "false"), ("seqNum", "1"),
        ])
    }

    /// The query of the session for measurements.
    static func telemetry(cluster: String, instance: String, engine: String) -> String {
        encoded([
            ("agentHash", agentHash), ("agentVersion", agentVersion), ("cluster", cluster),
            ("containerInstance", instance), ("dockerVersion", engine),
        ])
    }

    private static func encoded(_ parameters: [(String, String)]) -> String {
        parameters.map { "\($0.0)=\(PercentCoding.encode($0.1))" }.joined(separator: "&")
    }
}
