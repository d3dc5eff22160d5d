import AWSModels
import AWSWire

/// Rules for volumes and what mounts them.
/// Source: Amazon ECS API Reference, Volume, MountPoint and VolumeFrom.
enum VolumeRules {
    static let all: [DefinitionRule] = [
        hasVolumeNames, hasOneKindEach, hasOneConfiguredAtLaunch, hasDockerVolumes, hasFileSystems, hasS3Files,
        hasWindowsFileServer, hasMountPoints, hasVolumesFrom,
    ]

    static let hasVolumeNames: DefinitionRule = { (definition) throws(WireError) in
        var names: Set<String> = []
        for volume in definition.volumes ?? [] {
            guard let name = volume.name, Names.isName(name) else {
                throw .client(
                    "Volume.name should not be null or empty. It can have up to 255 letters, numbers, hyphens and "
                        + "underscores.")
            }
            guard names.insert(name).inserted else {
                throw .client("Volume names must be unique: '\(name)' is used more than once.")
            }
        }
    }

    static let hasOneKindEach: DefinitionRule = { (definition) throws(WireError) in
        for volume in definition.volumes ?? [] where volume.kinds > 1 {
            throw .client("Only one volume configuration can be specified for volume '\(volume.name ?? "")'.")
        }
    }

    static let hasOneConfiguredAtLaunch: DefinitionRule = { (definition) throws(WireError) in
        guard (definition.volumes ?? []).count(where: { $0.configuredAtLaunch == true }) <= 1 else {
            throw .client("Only one volume in a task definition can be configured at launch.")
        }
    }

    /// Source: Amazon ECS API Reference, DockerVolumeConfiguration: autoprovision is for shared volumes.
    static let hasDockerVolumes: DefinitionRule = { (definition) throws(WireError) in
        for volume in definition.volumes ?? [] {
            guard let docker = volume.dockerVolumeConfiguration else { continue }
            guard docker.autoprovision != true || docker.scope == .shared else {
                throw .client("Autoprovision is only supported for volumes with the scope shared.")
            }
        }
    }

    /// Source: Amazon ECS API Reference, EFSVolumeConfiguration and EFSAuthorizationConfig.
    static let hasFileSystems: DefinitionRule = { (definition) throws(WireError) in
        for volume in definition.volumes ?? [] {
            guard let efs = volume.efsVolumeConfiguration else { continue }
            let isEncrypted = efs.transitEncryption == .enabled
            if efs.authorizationConfig?.accessPointId != nil {
                guard efs.rootDirectory == "/" else {
                    throw .client("The root directory must be omitted or '/' when an EFS access point is specified.")
                }
                guard isEncrypted else {
                    throw .client("Transit encryption must be enabled when an EFS access point is specified.")
                }
            }
            guard efs.authorizationConfig?.iam != .enabled || isEncrypted else {
                throw .client("Transit encryption must be enabled when EFS IAM authorization is enabled.")
            }
            guard efs.transitEncryptionPort == nil || isEncrypted else {
                throw .client("Transit encryption must be enabled when a transit encryption port is specified.")
            }
            try checkPort(efs.transitEncryptionPort)
        }
    }

    /// Source: Amazon ECS API Reference, S3FilesVolumeConfiguration; Developer Guide: the task role mounts it.
    static let hasS3Files: DefinitionRule = { (definition) throws(WireError) in
        for volume in definition.volumes ?? [] {
            guard let files = volume.s3filesVolumeConfiguration else { continue }
            guard definition.taskRoleArn != nil else {
                throw .client("A task role must be specified for the S3 Files volume '\(volume.name ?? "")'.")
            }
            guard files.accessPointArn == nil || (files.rootDirectory ?? "/") == "/" else {
                throw .client("The root directory must be omitted or '/' when an S3 Files access point is specified.")
            }
            try checkPort(files.transitEncryptionPort)
        }
    }

    /// Source: Amazon ECS Developer Guide, Use FSx for Windows File Server volumes: Windows on container instances. A
    /// definition that names no platform may be one for Windows.
    static let hasWindowsFileServer: DefinitionRule = { (definition) throws(WireError) in
        for volume in definition.volumes ?? [] where volume.fsxWindowsFileServerVolumeConfiguration != nil {
            guard definition.isWindows || definition.runtimePlatform?.operatingSystemFamily == nil else {
                throw .client("FSx for Windows File Server volumes are supported for Windows containers only.")
            }
        }
    }

    private static func checkPort(_ port: Int?) throws(WireError) {
        guard let port, !(1...65_535).contains(port) else { return }
        throw .client("Invalid transit encryption port: \(port). It must be between 1 and 65535.")
    }

    static let hasMountPoints: DefinitionRule = { (definition) throws(WireError) in
        let volumes = Set((definition.volumes ?? []).compactMap(\.name))
        for container in definition.containers {
            var paths: Set<String> = []
            for mount in container.mountPoints ?? [] {
                guard volumes.contains(mount.sourceVolume ?? "") else {
                    throw .client("Unknown volume '\(mount.sourceVolume ?? "")'.")
                }
                guard let path = mount.containerPath, !path.isEmpty else {
                    throw .container(container, "A mount point must have a containerPath.")
                }
                guard paths.insert(path).inserted else {
                    throw .container(container, "The container path '\(path)' is mounted more than once.")
                }
            }
        }
    }

    static let hasVolumesFrom: DefinitionRule = { (definition) throws(WireError) in
        for container in definition.containers {
            for source in container.volumesFrom ?? [] {
                let isKnown = definition.containers.contains { $0.name == source.sourceContainer }
                guard isKnown, source.sourceContainer != container.name else {
                    throw .container(container, "Unknown source container '\(source.sourceContainer ?? "")'.")
                }
            }
        }
    }
}

extension ECS.Volume {
    /// How many kinds of volume it says it is.
    fileprivate var kinds: Int {
        [
            host != nil, dockerVolumeConfiguration != nil, efsVolumeConfiguration != nil,
            s3filesVolumeConfiguration != nil, fsxWindowsFileServerVolumeConfiguration != nil,
            configuredAtLaunch == true,
        ].count { $0 }
    }
}
