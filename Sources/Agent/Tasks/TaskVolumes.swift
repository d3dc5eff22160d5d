import AWSWire
import NodeLink

/// Where the volumes of a task come from: a path of the host, or a volume of the engine.
/// Source: Amazon ECS Developer Guide, "Storage options for Amazon ECS tasks"; amazon-ecs-agent, agent/api/task and
/// agent/taskresource/volume.
struct TaskVolumes: Sendable {
    /// For each volume of the definition: a path, or the name of a volume in the engine.
    private(set) var sources: [String: String] = [:]
    /// Volumes to make before containers are created.
    private(set) var created: [VolumeCreation] = []
    /// Shares of servers to mount once the credentials for them are there.
    private(set) var shares: [ShareVolume] = []
    /// Volumes that end with the task; paths are shares that the agent has mounted.
    private(set) var owned: [String] = []
    /// Why the task cannot have its volumes; nil when it can.
    private(set) var unsupported: String?

    /// A share that waits for the credentials of its file system.
    struct ShareVolume: Sendable, Equatable {
        /// Where it is mounted.
        var source: String
        var mount: ShareMount
        var lookUp: SecretLookUp
    }

    init(_ task: ACS.Task, _ names: EngineNames, _ settings: TaskSettings, _ random: inout SeededRandom) {
        for volume in task.volumes ?? [] {
            guard let name = volume.name else { continue }
            let engineName = names.volume(name, &random)
            if volume.kind == .host {
                addHost(name, volume.host?.sourcePath, engineName)
            } else if volume.kind == .docker, volume.dockerVolumeConfiguration?.scope == "shared" {
                // A shared one keeps its name.
                sources[name] = name
            } else if volume.kind == .windows {
                own(name, "\(settings.mountDirectory)/\(engineName)")
            } else {
                own(name, engineName)
            }
        }
        prepare(task, settings)
    }

    /// Volumes as a journal kept them, with the names they have in the engine.
    init(_ task: ACS.Task, sources: [String: String], owned: [String], _ settings: TaskSettings) {
        self.sources = sources
        self.owned = owned
        prepare(task, settings)
    }

    private mutating func own(_ name: String, _ source: String) {
        sources[name] = source
        owned.append(source)
    }

    /// Without a path it is an empty volume that lives as long as the task; the engine makes it at the first mount.
    private mutating func addHost(_ name: String, _ path: String?, _ engineName: String) {
        if let path, !path.isEmpty { sources[name] = path } else { own(name, engineName) }
    }

    /// What has to be made, for volumes that have their names.
    private mutating func prepare(_ task: ACS.Task, _ settings: TaskSettings) {
        for volume in task.volumes ?? [] {
            guard let name = volume.name, let source = sources[name] else { continue }
            switch volume.kind {
            case .host: continue
            case .docker: prepare(source, volume.dockerVolumeConfiguration)
            case .elastic: prepare(name, source, volume.efsVolumeConfiguration, settings)
            case .windows: prepare(name, source, volume.fsxWindowsFileServerVolumeConfiguration, settings)
            case .other(let type):
                unsupported = "volumes of type \(type) are not supported by this container instance"
            }
        }
    }

    private mutating func prepare(_ source: String, _ volume: ACS.DockerVolume?) {
        let isShared = volume?.scope == "shared"
        guard !isShared || volume?.autoprovision == true else {
            created.append(VolumeCreation(name: source, manner: .find))
            return
        }
        created.append(
            VolumeCreation(
                name: source, driver: volume?.driver ?? "local", options: volume?.driverOpts ?? [:],
                labels: volume?.labels ?? [:], manner: isShared ? .makeUnlessThere : .make))
    }

    /// The engine's own driver mounts it, with the options that EFS recommends.
    /// Source: amazon-ecs-agent, agent/taskresource/volume: getNFSDriverOptions; Amazon EFS User Guide.
    private mutating func prepare(
        _ name: String, _ source: String, _ volume: ACS.EFSVolume?, _ settings: TaskSettings
    ) {
        guard let id = volume?.fileSystemId, !id.isEmpty, id.allSatisfy(TaskVolumes.isOfID) else {
            unsupported = "volume \(name) names no EFS file system"
            return
        }
        let access = volume?.authorizationConfig
        guard volume?.transitEncryption != "ENABLED", access?.accessPointId == nil, access?.iam != "ENABLED" else {
            unsupported =
                "failed to set up EFS volumes: volume \(name) wants encryption in transit, an access point or IAM "
                + "authorization, for which this container instance has no mount helper"
            return
        }
        let host = settings.fileSystemHosts.elastic(id, region: settings.region)
        let options =
            "addr=\(host),nfsvers=4.1,rsize=1048576,wsize=1048576,timeo=600,hard,retrans=2,noresvport"
        created.append(
            VolumeCreation(
                name: source, options: ["type": "nfs", "device": ":\(volume?.rootDirectory ?? "/")", "o": options],
                manner: .makeElastic))
    }

    /// The agent mounts it itself: the engine's driver would keep the password in the clear.
    private mutating func prepare(
        _ name: String, _ source: String, _ volume: ACS.FSxVolume?, _ settings: TaskSettings
    ) {
        guard let id = volume?.fileSystemId, !id.isEmpty, let access = volume?.authorizationConfig,
            let parameter = access.credentialsParameter, let domain = access.domain
        else {
            unsupported = "volume \(name) names no FSx file system, or no credentials for it"
            return
        }
        guard let host = settings.fileSystemHosts.windows(id) else {
            unsupported =
                "failed to set up FSx volumes: this container instance knows no address of \(id) "
                + "(--file-system-hosts)"
            return
        }
        let parts = (volume?.rootDirectory ?? "").split { $0 == "\\" || $0 == "/" }
        let isPlain = parts.allSatisfy { $0 != "." && $0 != ".." && !$0.contains(",") }
        guard let first = parts.first, isPlain else {
            unsupported = "volume \(name) names no share of \(id)"
            return
        }
        let path = ([first] + parts.dropFirst()).joined(separator: "/")
        let provider: SecretLookUp.Provider =
            ARN(parameter)?.service == "secretsmanager" ? .secretsManager : .parameterStore
        let nobody = RegistryCredential(username: "", password: "")
        shares.append(
            ShareVolume(
                source: source, mount: ShareMount(host: host, path: path, domain: domain, user: nobody),
                lookUp: SecretLookUp(provider, parameter)))
    }

    private static func isOfID(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || character == "-")
    }

    /// What the credentials make possible.
    /// - Throws: when a secret holds none.
    func mounts(_ values: [SecretLookUp: String]) throws(SecretFailure) -> [VolumeCreation] {
        var creations: [VolumeCreation] = []
        for share in shares {
            var mount = share.mount
            mount.user = try RegistryCredential(secret: values[share.lookUp] ?? "")
            creations.append(VolumeCreation(name: share.source, manner: .mount(mount)))
        }
        return creations
    }

    /// The mounts of a container as `source:path[:ro]`.
    func binds(_ mounts: [ACS.MountPoint]) -> [String] {
        mounts.compactMap { mount in
            guard let volume = mount.sourceVolume, let source = sources[volume], let path = mount.containerPath else {
                return nil
            }
            return "\(source):\(path)" + (mount.readOnly == true ? ":ro" : "")
        }
    }
}

extension ACS.Volume {
    fileprivate enum Kind: Equatable {
        case host, docker, elastic, windows
        case other(String)
    }

    fileprivate var kind: Kind {
        switch type ?? "host" {
        case "host", "": .host
        case "docker": .docker
        case "efs": .elastic
        case "fsxWindowsFileServer": .windows
        case let type: .other(type)
        }
    }
}
