import AWSModels
import AWSWire

/// Rules for what becomes of a container's output.
/// Source: Amazon ECS API Reference, LogConfiguration and FirelensConfiguration.
enum LogRules {
    static let all: [ContainerRule] = [hasAWSLogsOptions, hasSplunkOptions, hasSecretOptions, hasFirelens]

    private static let hasAWSLogsOptions: ContainerRule = { (container, _) throws(WireError) in
        guard let log = container.logConfiguration, log.logDriver == .awslogs else { return }
        let options = log.options ?? [:]
        guard !(options["awslogs-group"] ?? "").isEmpty else {
            throw .client("Log driver awslogs requires options: awslogs-group.")
        }
        guard options["awslogs-datetime-format"] == nil || options["awslogs-multiline-pattern"] == nil else {
            throw .client("awslogs-datetime-format and awslogs-multiline-pattern cannot be specified together.")
        }
        if let mode = options["mode"], mode != "blocking", mode != "non-blocking" {
            throw .client("Invalid value for log option mode: \(mode). It must be blocking or non-blocking.")
        }
    }

    /// The token may come from a secret.
    /// Source: Amazon ECS Developer Guide, Task definition parameters, Log configuration (splunk-token, splunk-url).
    private static let hasSplunkOptions: ContainerRule = { (container, _) throws(WireError) in
        guard let log = container.logConfiguration, log.logDriver == .splunk else { return }
        let given = Set((log.options ?? [:]).keys).union((log.secretOptions ?? []).map(\.name))
        for option in ["splunk-token", "splunk-url"] where !given.contains(option) {
            throw .client("Log driver splunk requires options: \(option).")
        }
    }

    private static let hasSecretOptions: ContainerRule = { (container, _) throws(WireError) in
        guard let log = container.logConfiguration else { return }
        var names = Set((log.options ?? [:]).keys)
        for secret in log.secretOptions ?? [] {
            try secret.check(container)
            guard names.insert(secret.name).inserted else {
                throw .container(container, "The log option '\(secret.name)' is specified more than once.")
            }
        }
    }

    /// One log router to a task, which another container may need.
    private static let hasFirelens: ContainerRule = { (container, definition) throws(WireError) in
        let routers = definition.containers.count { $0.firelensConfiguration != nil }
        if let router = container.firelensConfiguration {
            guard routers == 1 else {
                throw .client("Only one container in a task definition can have a firelensConfiguration.")
            }
            try check(router.options ?? [:], container)
        }
        if container.logConfiguration?.logDriver == .awsfirelens, routers == 0 {
            throw .client(
                "When a firelensConfiguration object is not specified, the awsfirelens log driver cannot be used.")
        }
    }

    private static func check(
        _ options: [String: String], _ container: ECS.ContainerDefinition
    ) throws(WireError) {
        let (type, value) = (options["config-file-type"], options["config-file-value"])
        guard (type == nil) == (value == nil) else {
            throw .container(container, "config-file-type and config-file-value must be specified together.")
        }
        if let type, !["s3", "file"].contains(type) {
            throw .container(container, "Invalid config-file-type: \(type). It must be s3 or file.")
        }
        if let metadata = options["enable-ecs-log-metadata"], !["true", "false"].contains(metadata) {
            throw .container(container, "Invalid enable-ecs-log-metadata: \(metadata). It must be true or false.")
        }
    }
}

extension ECS.Secret {
    /// Checks where the secret comes from: a parameter by name or ARN, or a secret by ARN.
    /// Source: Amazon ECS API Reference, Secret (valueFrom).
    func check(_ container: ECS.ContainerDefinition) throws(WireError) {
        guard !name.isEmpty, !valueFrom.isEmpty else {
            throw .container(container, "A secret must have a name and a valueFrom.")
        }
        guard valueFrom.hasPrefix("arn:") else { return }
        guard let arn = ARN(valueFrom), ["ssm", "secretsmanager"].contains(arn.service) else {
            throw .container(
                container,
                "The valueFrom of the secret '\(name)' must be the ARN of a Systems Manager parameter or of a Secrets "
                    + "Manager secret.")
        }
    }
}
