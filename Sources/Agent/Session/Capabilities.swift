/// The attributes an agent registers: what a task definition may require of its instance.
///
/// Capabilities whose parts are handled above the agent, or are accepted and laid over the engine's configuration, are
/// named too, because placement looks at names only.
/// Source: observed, Fixtures/api-register-external.json; Amazon ECS Developer Guide, container agent capabilities.
enum Capabilities {
    /// Names without a value.
    static let names: [String] =
        ["17", "18", "19", "20", "21", "22", "23", "24", "25", "28", "29", "30", "32"]
        .map { "com.amazonaws.ecs.capability.docker-remote-api.1.\($0)" }
        + logDrivers.map { "com.amazonaws.ecs.capability.logging-driver.\($0)" }
        + [
            "com.amazonaws.ecs.capability.ecr-auth", "com.amazonaws.ecs.capability.privileged-container",
        ] + ofEndpoints
        + [
            "container-health-check", "container-ordering", "container-restart-policy", "efs",
            "ecr-endpoint", "execute-command", "env-files.s3", "execution-role-awslogs", "execution-role-ecr-pull",
            "full-sync",
            "fsxWindowsFileServer", "increased-task-cpu-limit", "network.container-port-range",
            "pid-ipc-namespace-sharing",
            "private-registry-authentication.secretsmanager",
            "secrets.asm.bootstrap.log-driver", "secrets.asm.environment-variables",
            "secrets.ssm.bootstrap.log-driver", "secrets.ssm.environment-variables", "task-cpu-mem-limit",
            "task-eni",
        ].map { "ecs.capability.\($0)" }

    /// Those of an engine that makes volumes with these drivers. A name that cannot be an attribute's is left out.
    static func ofVolumes(_ drivers: [String]) -> [String] {
        let names = drivers.filter { name in
            (1...64).contains(name.utf8.count)
                && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./".contains($0)) }
        }
        return names.map { "ecs.capability.docker-plugin.\($0)" }
    }

    /// Those of an agent whose containers can fetch credentials.
    static let ofEndpoints = [
        "com.amazonaws.ecs.capability.task-iam-role", "com.amazonaws.ecs.capability.task-iam-role-network-host",
    ]

    /// That of an agent whose tasks can have network interfaces of their own.
    static let ofInterfaces = "ecs.capability.task-eni"

    /// Drivers of the engine itself.
    private static let logDrivers = ["awslogs", "fluentd", "gelf", "journald", "json-file", "none", "splunk", "syslog"]

    /// The processor as the official agent names it.
    static var architecture: String {
        #if arch(arm64)
            "arm64"
        #else
            "x86_64"
        #endif
    }
}
