import AWSModels
import AWSWire

/// Rules for tasks on Fargate.
/// Source: Amazon ECS Developer Guide, Amazon ECS task definition differences for Fargate.
enum FargateRules {
    static let all: [DefinitionRule] = [
        hasTaskInterface, hasSize, hasPossibleSize, hasEphemeralStorageSize, hasNoPlacementConstraints,
        hasOwnNamespaces, hasNoHostFeatures, hasLinuxParameters, hasNoHostVolumes, hasTimeouts, hasLogDriver,
        hasExecutionRole, hasKnownPlatform,
    ]

    /// For each number of CPU units the possible MiB of memory.
    /// Source: the same guide, Task CPU and memory.
    private static let sizes: [Int: [Int]] = [
        256: [512, 1_024, 2_048],
        512: Array(stride(from: 1_024, through: 4_096, by: 1_024)),
        1_024: Array(stride(from: 2_048, through: 8_192, by: 1_024)),
        2_048: Array(stride(from: 4_096, through: 16_384, by: 1_024)),
        4_096: Array(stride(from: 8_192, through: 30_720, by: 1_024)),
        8_192: Array(stride(from: 16_384, through: 61_440, by: 4_096)),
        16_384: Array(stride(from: 32_768, through: 122_880, by: 8_192)),
    ]

    private static let hasTaskInterface: DefinitionRule = { (definition) throws(WireError) in
        guard definition.networkMode == .awsvpc else { throw .client("Fargate only supports network mode 'awsvpc'.") }
    }

    private static let hasSize: DefinitionRule = { (definition) throws(WireError) in
        guard definition.cpu != nil else {
            throw .client("Fargate requires that 'cpu' be defined at the task level.")
        }
        guard definition.memory != nil else {
            throw .client("Fargate requires that 'memory' be defined at the task level.")
        }
    }

    private static let hasPossibleSize: DefinitionRule = { (definition) throws(WireError) in
        let (cpu, memory) = (Int(definition.cpu ?? "") ?? 0, Int(definition.memory ?? "") ?? 0)
        let isPossible = sizes[cpu]?.contains(memory) ?? false
        guard isPossible, !definition.isWindows || (1_024...4_096).contains(cpu) else {
            throw .client(
                "No Fargate configuration exists for given values: \(cpu) CPU, \(memory) memory. See the Amazon ECS "
                    + "documentation for the valid values.")
        }
    }

    private static let hasEphemeralStorageSize: DefinitionRule = { (definition) throws(WireError) in
        guard let size = definition.ephemeralStorage?.sizeInGiB, !(21...200).contains(size) else { return }
        throw .client("The ephemeral storage size must be between 21 and 200 GiB.")
    }

    private static let hasNoPlacementConstraints: DefinitionRule = { (definition) throws(WireError) in
        guard (definition.placementConstraints ?? []).isEmpty else { throw .fargate("placementConstraints") }
    }

    private static let hasOwnNamespaces: DefinitionRule = { (definition) throws(WireError) in
        guard definition.pidMode != .host else { throw .fargate("pidMode 'host'") }
        guard definition.ipcMode == nil else { throw .fargate("ipcMode") }
    }

    private static let hasNoHostFeatures: DefinitionRule = { (definition) throws(WireError) in
        for container in definition.containers {
            guard container.privileged != true else { throw .fargate("privileged") }
            guard (container.dockerSecurityOptions ?? []).isEmpty else { throw .fargate("dockerSecurityOptions") }
            guard !(container.resourceRequirements ?? []).contains(where: { $0.type == .gpu }) else {
                throw .client("Tasks using the Fargate launch type do not support GPU resource requirements.")
            }
            guard container.firelensConfiguration?.options?["config-file-type"] != "s3" else {
                throw .fargate("config-file-type 's3'")
            }
        }
    }

    private static let hasLinuxParameters: DefinitionRule = { (definition) throws(WireError) in
        for linux in definition.containers.compactMap(\.linuxParameters) {
            guard (linux.devices ?? []).isEmpty else { throw .fargate("devices") }
            guard linux.sharedMemorySize == nil else { throw .fargate("sharedMemorySize") }
            guard linux.maxSwap == nil, linux.swappiness == nil else { throw .fargate("maxSwap and swappiness") }
            guard (linux.capabilities?.add ?? []).allSatisfy({ $0 == "SYS_PTRACE" }) else {
                throw .fargate("added capabilities other than SYS_PTRACE")
            }
        }
    }

    private static let hasNoHostVolumes: DefinitionRule = { (definition) throws(WireError) in
        for volume in definition.volumes ?? [] {
            guard volume.host?.sourcePath == nil else { throw .fargate("host sourcePath") }
            guard volume.dockerVolumeConfiguration == nil else { throw .fargate("dockerVolumeConfiguration") }
            guard volume.fsxWindowsFileServerVolumeConfiguration == nil else {
                throw .fargate("fsxWindowsFileServerVolumeConfiguration")
            }
        }
    }

    private static let hasTimeouts: DefinitionRule = { (definition) throws(WireError) in
        for container in definition.containers {
            for timeout in [container.startTimeout, container.stopTimeout].compactMap(\.self)
            where !(2...120).contains(timeout) {
                throw .container(
                    container, "On Fargate startTimeout and stopTimeout must be between 2 and 120 seconds.")
            }
        }
    }

    private static let hasLogDriver: DefinitionRule = { (definition) throws(WireError) in
        for log in definition.containers.compactMap(\.logConfiguration) {
            guard [.awslogs, .splunk, .awsfirelens].contains(log.logDriver) else {
                throw .client("Fargate does not support log driver \(log.logDriver.rawValue).")
            }
            guard log.logDriver == .awslogs else { continue }
            for option in ["awslogs-region", "awslogs-stream-prefix"] where (log.options ?? [:])[option] == nil {
                throw .client(
                    "Fargate requires log configuration options to include \(option) to support log driver awslogs.")
            }
        }
    }

    /// Source: Amazon ECS API Reference, RuntimePlatform; Developer Guide, Windows platform versions for Fargate.
    private static let hasKnownPlatform: DefinitionRule = { (definition) throws(WireError) in
        guard definition.isWindows, let family = definition.runtimePlatform?.operatingSystemFamily else { return }
        let isKnown = ["2019", "2022", "2025"].contains { family.rawValue.hasPrefix("WINDOWS_SERVER_\($0)_") }
        guard isKnown else { throw .fargate("operatingSystemFamily '\(family.rawValue)'") }
        guard definition.ephemeralStorage == nil else { throw .fargate("ephemeralStorage for Windows containers") }
    }

    private static let hasExecutionRole: DefinitionRule = { (definition) throws(WireError) in
        guard definition.executionRoleArn == nil else { return }
        for container in definition.containers {
            guard !container.isECRImage else { throw .noExecutionRole("ECR images") }
            guard container.logConfiguration?.logDriver != .awslogs else {
                throw .noExecutionRole("log driver awslogs")
            }
        }
    }
}

extension ECS.ContainerDefinition {
    /// Whether the image lives in an Amazon ECR repository: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/…`.
    var isECRImage: Bool {
        let host = (image ?? "").prefix { $0 != "/" }
        return host.contains(".dkr.ecr.") && host.contains(".amazonaws.com")
    }
}

extension WireError {
    fileprivate static func fargate(_ feature: String) -> WireError {
        .client("Fargate compatible task definitions do not support \(feature).")
    }

    fileprivate static func noExecutionRole(_ feature: String) -> WireError {
        .client("Fargate requires task definition to have execution role ARN to support \(feature).")
    }
}
