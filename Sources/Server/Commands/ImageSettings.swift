import Agent

/// How an agent deals with images, from the variables that the official agent reads. What cannot be read is as if it
/// were not set, as with that one.
/// Source: Amazon ECS Developer Guide, "Amazon ECS container agent configuration".
enum ImageSettings {
    /// - Parameters:
    ///   - behavior: what `--pull` says.
    ///   - value: a variable's value; nil when it is unset or empty.
    /// - Throws: when the credentials for registries cannot be read. They are not in the error.
    static func policy(
        _ behavior: ImagePolicy.PullBehavior?, _ value: (String) -> String? = Environment.value
    ) throws -> ImagePolicy {
        var policy = ImagePolicy()
        if let behavior { policy.behavior = behavior }
        if let limit = duration(value("ECS_IMAGE_PULL_TIMEOUT")) { policy.pullTimeout = limit }
        if let limit = duration(value("ECS_IMAGE_PULL_INACTIVITY_TIMEOUT")) { policy.pullInactivity = limit }
        policy.cleanUp = isTrue(value("ECS_DISABLE_IMAGE_CLEANUP")) ? nil : cleanUp(value)
        if let type = value("ECS_ENGINE_AUTH_TYPE") {
            guard let found = EngineAuthentication(type: type, data: value("ECS_ENGINE_AUTH_DATA") ?? "") else {
                throw UserError("ECS_ENGINE_AUTH_DATA is not of the type ECS_ENGINE_AUTH_TYPE: dockercfg or docker.")
            }
            policy.authentication = found
        }
        return policy
    }

    private static func cleanUp(_ value: (String) -> String?) -> ImagePolicy.CleanUp {
        var rule = ImagePolicy.CleanUp()
        if let time = duration(value("ECS_IMAGE_CLEANUP_INTERVAL")) { rule.interval = time }
        if let age = duration(value("ECS_IMAGE_MINIMUM_CLEANUP_AGE")) { rule.minimumAge = age }
        if let count = number(value("ECS_NUM_IMAGES_DELETE_PER_CYCLE")) { rule.perCycle = count }
        rule.excluded = (value("ECS_EXCLUDE_UNTRACKED_IMAGE") ?? "").split(separator: ",").map(String.init)
        guard isTrue(value("ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP")) else { return rule }
        var others = ImagePolicy.Untracked()
        if let age = duration(value("NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE")) { others.minimumAge = age }
        if let age = duration(value("ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION")) { others.containerAge = age }
        if let count = number(value("NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE")) { others.containersPerCycle = count }
        rule.untracked = others
        return rule
    }

    private static func duration(_ text: String?) -> Duration? { text.flatMap { Duration(goText: $0) } }
    private static func number(_ text: String?) -> Int? { text.flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil } }
    private static func isTrue(_ text: String?) -> Bool { ["true", "t", "1"].contains(text?.lowercased()) }
}
