import AWSWire
import Logging
import NIOPosix

/// What an engine does by means of the machine it runs on: control groups, ranges of ports.
extension DockerEngine {
    func createGroup(_ limits: TaskLimits, of task: String) async -> EngineEvent? {
        guard let groups = await controlGroups() else { return .groupReady(task: task, .each) }
        do {
            let parent = try await NIOThreadPool.singleton.runIfActive { try groups.make(for: task, limits) }
            return .groupReady(task: task, .group(parent: parent))
        } catch {
            // Without the right to make groups, the limits are kept container by container.
            logger.warning("no control group for a task", metadata: ["task": "\(task)", "error": "\(error)"])
            return .groupReady(task: task, .each)
        }
    }

    func removeGroup(of task: String) async -> EngineEvent? {
        guard let groups = await controlGroups() else { return nil }
        try? await NIOThreadPool.singleton.runIfActive { groups.remove(for: task) }
        return nil
    }

    /// Nil where the agent cannot make groups that the engine would use: when that is on another machine, or leaves
    /// them to systemd.
    private func controlGroups() async -> ControlGroups? {
        if let asked = groups { return asked.found }
        guard let info = try? await client.call("GET", "/info", timeout: limits.inspect) else { return nil }
        let isOurs = isHere(info) && info["CgroupDriver"]?.stringValue == "cgroupfs"
        let version = info["CgroupVersion"]?.stringValue == "2" ? ControlGroups.Version.two : .one
        groups = (isOurs ? ControlGroups(version: version) : nil, true)
        return groups?.found
    }

    /// Whether the engine is on this machine, and not in a virtual one.
    var isHere: Bool {
        get async {
            if let known = isOnThisKernel { return known }
            guard let info = try? await client.call("GET", "/info", timeout: limits.inspect) else { return false }
            return isHere(info)
        }
    }

    func isHere(_ info: JSONValue) -> Bool {
        let isHere = isLocal && info["KernelVersion"]?.stringValue == ControlGroups.kernelVersion
        isOnThisKernel = isHere
        return isHere
    }

    /// Chooses ports of the host for the ranges of a container.
    func placeRanges(of creation: inout ContainerCreation) async throws(EngineFailure) {
        guard !creation.portRanges.isEmpty else { return }
        var ports = HostPorts.system
        // Names end in random hexadecimal digits.
        let chance = Int(creation.name.suffix(8), radix: 16) ?? 0
        for range in creation.portRanges {
            let search = ports
            let found = try? await NIOThreadPool.singleton.runIfActive { search.find(range, from: chance) }
            guard let first = found else {
                throw EngineFailure(.refused, "\(range.count) contiguous host ports are unavailable")
            }
            ports.taken.append(first...(first + range.count - 1))
            creation.publish(range, from: first, at: creation.bindAddress)
        }
    }
}
