import Agent

/// How an agent deals with images, from the variables that the official agent reads.
/// Source: Amazon ECS Developer Guide, "Amazon ECS container agent configuration".
enum ImageSettings {
    /// - Parameter behavior: what `--pull` says.
    /// - Throws: when a variable cannot be read; its value is not named, it may hold passwords.
    static func policy(_ behavior: ImagePolicy.PullBehavior?) throws -> ImagePolicy {
        var policy = ImagePolicy()
        if let behavior { policy.behavior = behavior }
        if let type = Environment.value("ECS_ENGINE_AUTH_TYPE") {
            guard let found = EngineAuthentication(type: type, data: Environment.value("ECS_ENGINE_AUTH_DATA") ?? "")
            else {
                throw UserError("ECS_ENGINE_AUTH_DATA is not of the type ECS_ENGINE_AUTH_TYPE: dockercfg or docker.")
            }
            policy.authentication = found
        }
        return policy
    }
}
