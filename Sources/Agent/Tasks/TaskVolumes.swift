import AWSWire
import NodeLink

/// Where the volumes of a task come from: a path of the host, or a volume of the engine.
/// Source: Amazon ECS Developer Guide, "Storage options for Amazon ECS tasks": bind mounts, Docker volumes.
struct TaskVolumes: Sendable {
    /// For each volume of the definition: a path, or the name of a volume in the engine.
    private(set) var sources: [String: String] = [:]
    /// Volumes to make before containers are created.
    private(set) var created: [VolumeCreation] = []
    /// Volumes that end with the task.
    private(set) var owned: [String] = []
    /// Why the task cannot have its volumes; nil when it can.
    private(set) var unsupported: String?

    init(_ task: ACS.Task, _ names: EngineNames, _ random: inout SeededRandom) {
        for volume in task.volumes ?? [] {
            guard let name = volume.name else { continue }
            switch volume.type ?? "host" {
            case "host": addHost(name, volume.host?.sourcePath, names.volume(name, &random))
            case "docker": addDocker(name, volume.dockerVolumeConfiguration, names.volume(name, &random))
            case let type: unsupported = "volumes of type \(type) are not supported by this container instance"
            }
        }
    }

    /// Volumes as a journal kept them, with the names they have in the engine.
    init(_ task: ACS.Task, sources: [String: String], owned: [String]) {
        self.sources = sources
        self.owned = owned
        for volume in task.volumes ?? [] where volume.type == "docker" {
            guard let source = sources[volume.name ?? ""] else { continue }
            create(source, volume.dockerVolumeConfiguration)
        }
    }

    /// Without a path it is an empty volume that lives as long as the task; the engine makes it at the first mount.
    private mutating func addHost(_ name: String, _ path: String?, _ engineName: String) {
        if let path, !path.isEmpty {
            sources[name] = path
        } else {
            sources[name] = engineName
            owned.append(engineName)
        }
    }

    /// A task's volume has a name of its own. A shared one keeps its name, and is made only if it asks for that.
    private mutating func addDocker(_ name: String, _ volume: ACS.DockerVolume?, _ engineName: String) {
        let isShared = volume?.scope == "shared"
        let target = isShared ? name : engineName
        sources[name] = target
        if !isShared { owned.append(target) }
        create(target, volume)
    }

    private mutating func create(_ name: String, _ volume: ACS.DockerVolume?) {
        guard volume?.scope != "shared" || volume?.autoprovision == true else { return }
        created.append(
            VolumeCreation(
                name: name, driver: volume?.driver ?? "local", options: volume?.driverOpts ?? [:],
                labels: volume?.labels ?? [:]))
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
