import AWSModels
import AWSWire

/// Rules for one container of a definition, apart from ports, volumes and dependencies.
/// Source: Amazon ECS Developer Guide, Task definition parameters, Container definitions, unless said otherwise.
enum ContainerRules {
    /// The least memory the engine gives a container.
    static let minimumMemoryMiB = 4

    /// - Parameter mustDeclareMemory: whether a container must say how much memory it takes; a daemon's need not.
    static func all(mustDeclareMemory: Bool) -> [ContainerRule] {
        [hasName, hasImage, hasCPU] + (mustDeclareMemory ? [declaresMemory] : []) + [
            hasMemory, hasHealthCheck, hasRestartPolicy, hasTimeouts, hasEnvironment, hasEnvironmentFiles, hasSecrets,
            hasLinuxParameters, hasUlimits, hasCredentialSpecs, hasResourceRequirements,
        ]
    }

    static let hasName: ContainerRule = { (container, _) throws(WireError) in
        guard let name = container.name, !name.isEmpty else {
            throw .client("Container.name should not be null or empty.")
        }
        guard Names.isName(name) else {
            throw .client(
                "Container.name contains invalid characters. It can have up to 255 letters, numbers, hyphens and "
                    + "underscores.")
        }
    }

    static let hasImage: ContainerRule = { (container, _) throws(WireError) in
        guard let image = container.image, !image.isEmpty else {
            throw .client("Container.image should not be null or empty.")
        }
        guard image.utf8.count <= 255 || image.contains("@sha256:") else {
            throw .client("Container.image repository name and tag cannot be longer than 255 characters.")
        }
        guard image.utf8.allSatisfy(isImageByte) else {
            throw .client("Container.image contains invalid characters.")
        }
        guard let digest = image.firstRange(of: "@").map({ image[$0.upperBound...] }) else { return }
        guard digest.hasPrefix("sha256:"), digest.utf8.count == 7 + 64, digest.dropFirst(7).allSatisfy(\.isHexDigit)
        else { throw .client("Container.image has an invalid digest: it must be sha256: and 64 hexadecimal digits.") }
    }

    static let hasCPU: ContainerRule = { (container, _) throws(WireError) in
        guard (container.cpu ?? 0) >= 0 else { throw .container(container, "The 'cpu' value must not be negative.") }
    }

    static let declaresMemory: ContainerRule = { (container, definition) throws(WireError) in
        guard container.memory != nil || container.memoryReservation != nil || definition.memory != nil else {
            throw .container(container, "At least one of 'memory' or 'memoryReservation' must be specified.")
        }
    }

    static let hasMemory: ContainerRule = { (container, _) throws(WireError) in
        let limits = [container.memory, container.memoryReservation].compactMap(\.self)
        guard limits.allSatisfy({ $0 >= minimumMemoryMiB }) else {
            throw .container(container, "The memory must be at least \(minimumMemoryMiB) MiB.")
        }
        if let memory = container.memory, let reservation = container.memoryReservation, memory < reservation {
            throw .container(
                container, "The 'memory' value must be greater than or equal to 'memoryReservation'.")
        }
    }

    /// Source: Amazon ECS API Reference, HealthCheck.
    static let hasHealthCheck: ContainerRule = { (container, _) throws(WireError) in
        guard let check = container.healthCheck else { return }
        guard let first = check.command.first, ["CMD", "CMD-SHELL", "NONE"].contains(first) else {
            throw .container(container, "The health check command must begin with CMD, CMD-SHELL or NONE.")
        }
        guard first == "NONE" || check.command.count > 1 else {
            throw .container(container, "The health check command must not be empty.")
        }
        try expect(check.interval, in: 5...300, "health check interval", container)
        try expect(check.timeout, in: 2...60, "health check timeout", container)
        try expect(check.retries, in: 1...10, "health check retries", container)
        try expect(check.startPeriod, in: 0...300, "health check startPeriod", container)
    }

    /// Source: Amazon ECS API Reference, ContainerRestartPolicy.
    static let hasRestartPolicy: ContainerRule = { (container, _) throws(WireError) in
        guard let policy = container.restartPolicy else { return }
        guard (policy.ignoredExitCodes ?? []).count <= 50 else {
            throw .container(container, "A restart policy can have up to 50 ignored exit codes.")
        }
        try expect(policy.restartAttemptPeriod, in: 60...1_800, "restartAttemptPeriod", container)
    }

    static let hasTimeouts: ContainerRule = { (container, _) throws(WireError) in
        guard (container.startTimeout ?? 0) >= 0, (container.stopTimeout ?? 0) >= 0 else {
            throw .container(container, "Timeouts must not be negative.")
        }
    }

    static let hasEnvironment: ContainerRule = { (container, _) throws(WireError) in
        for variable in container.environment ?? [] where (variable.name ?? "").isEmpty {
            throw .container(container, "The name of an environment variable must not be empty.")
        }
    }

    static let hasEnvironmentFiles: ContainerRule = { (container, _) throws(WireError) in
        let files = container.environmentFiles ?? []
        guard files.count <= 10 else { throw .container(container, "At most 10 environment files can be specified.") }
        for file in files where !file.value.hasSuffix(".env") || ARN(file.value)?.service != "s3" {
            throw .container(
                container, "The environment file '\(file.value)' must be the ARN of an S3 object that ends in .env.")
        }
    }

    static let hasSecrets: ContainerRule = { (container, _) throws(WireError) in
        var names: Set<String> = []
        for secret in container.secrets ?? [] {
            try secret.check(container)
            guard names.insert(secret.name).inserted else {
                throw .client("Duplicate secret names found: \(secret.name). Each secret name must be unique.")
            }
        }
        for variable in container.environment ?? [] where names.contains(variable.name ?? "") {
            throw .client(
                "The secret name must be unique and not shared with any new or existing environment variables set on "
                    + "the container, such as '\(variable.name ?? "")'.")
        }
    }

    /// Source: Amazon ECS API Reference, LinuxParameters.
    static let hasLinuxParameters: ContainerRule = { (container, _) throws(WireError) in
        guard let linux = container.linuxParameters else { return }
        try expect(linux.swappiness, in: 0...100, "swappiness", container)
        guard (linux.maxSwap ?? 0) >= 0 else { throw .container(container, "maxSwap must not be negative.") }
        guard (linux.sharedMemorySize ?? 1) > 0 else {
            throw .container(container, "sharedMemorySize must be greater than 0.")
        }
        for mount in linux.tmpfs ?? [] where mount.size <= 0 {
            throw .container(container, "The size of a tmpfs mount must be greater than 0.")
        }
    }

    static let hasUlimits: ContainerRule = { (container, _) throws(WireError) in
        for limit in container.ulimits ?? [] where limit.softLimit > limit.hardLimit && limit.hardLimit != -1 {
            throw .container(
                container, "The soft limit of ulimit '\(limit.name.rawValue)' must not exceed its hard limit.")
        }
    }

    static let hasCredentialSpecs: ContainerRule = { (container, _) throws(WireError) in
        let specs = container.credentialSpecs ?? []
        let prefixes = ["credentialspec:", "credentialspecdomainless:"]
        guard specs.count <= 1, specs.allSatisfy({ spec in prefixes.contains { spec.hasPrefix($0) } }) else {
            throw .container(
                container,
                "credentialSpecs takes one value that begins with credentialspec: or "
                    + "credentialspecdomainless:.")
        }
    }

    /// Source: Amazon ECS API Reference, ResourceRequirement.
    static let hasResourceRequirements: ContainerRule = { (container, _) throws(WireError) in
        for requirement in container.resourceRequirements ?? [] {
            if requirement.type == .gpu, requirement.value != nil || requirement.sharingStrategy == nil {
                guard let count = requirement.value.flatMap({ Int($0) }), count > 0 else {
                    throw .container(container, "The number of GPUs must be a whole number above 0.")
                }
            }
            guard requirement.type != .neuronDevice || requirement.value == "ALL" else {
                throw .container(container, "The value of a NeuronDevice requirement must be ALL.")
            }
        }
    }

    /// Source: Amazon ECS API Reference, ContainerDefinition (image): letters, digits and a few signs.
    private static func isImageByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "-_:./#@".utf8.contains(byte)
    }

    private static func expect(
        _ value: Int?, in range: ClosedRange<Int>, _ name: String, _ container: ECS.ContainerDefinition
    ) throws(WireError) {
        guard let value, !range.contains(value) else { return }
        throw .container(container, "The \(name) must be between \(range.lowerBound) and \(range.upperBound).")
    }
}
