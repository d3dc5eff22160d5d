import AWSWire

/// The name by which a container asks for what concerns it: `ECS_CONTAINER_METADATA_URI_V4` ends in it.
///
/// It follows from the engine's name for the container, which is half random, so that it survives a restart of the
/// agent without being kept anywhere, and other tasks cannot guess it.
enum EndpointID {
    static func make(task: String, engineName: String) -> String {
        UUIDText.version4(SHA256Digest.bytes(of: Array("endpoint/\(task)/\(engineName)".utf8)))
    }
}

/// The variables by which programs in a container find the endpoints.
/// Source: amazon-ecs-agent, agent/api/container and agent/api/task: they replace what a definition says.
enum EndpointEnvironment {
    /// - Returns: nothing when the agent serves no endpoints.
    static func variables(
        task: String, engineName: String, credentialsID: String?, _ settings: TaskSettings
    ) -> [String: String] {
        guard let address = settings.endpointAddress else { return [:] }
        let id = EndpointID.make(task: task, engineName: engineName)
        var variables = [
            "ECS_CONTAINER_METADATA_URI": "http://\(address)/v3/\(id)",
            "ECS_CONTAINER_METADATA_URI_V4": "http://\(address)/v4/\(id)",
            "ECS_AGENT_URI": "http://\(address)/api/\(id)",
        ]
        if let credentialsID {
            variables["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "/v2/credentials/\(credentialsID)"
        }
        return variables
    }
}
