import AWSWire
import NIOPosix

/// Volumes of tasks.
extension DockerEngine {
    /// Its own and those of its plug-ins, without their tags. An engine that is slow now must not hold up the agent.
    /// Source: amazon-ecs-agent, agent/app/agent_capability_unix.go: volume drivers of plug-ins.
    package var volumeDrivers: [String] {
        get async {
            let info = try? await client.call("GET", "/info", timeout: .seconds(2))
            let names = (info?["Plugins"]?["Volume"]?.arrayValue ?? []).compactMap(\.stringValue)
            return Set(names.map { $0.hasSuffix(":latest") ? String($0.dropLast(7)) : $0 } + ["local"]).sorted()
        }
    }

    func create(_ volume: VolumeCreation, of task: String) async -> EngineEvent? {
        do throws(EngineFailure) {
            switch volume.manner {
            case .make: try await make(volume)
            case .makeElastic:
                try await checkElastic()
                try await make(volume)
            case .makeUnlessThere: if try await look(for: volume.name) != nil { try await make(volume) }
            case .find:
                if let failure = try await look(for: volume.name) {
                    let text = "volume '\(volume.name)' does not exist and autoprovision is set to false"
                    let answer = "Error response from daemon: \(failure.message)"
                    throw EngineFailure(
                        .final, "initialize volume: volume detection failed, \(text): \(answer)")
                }
            case .mount(let share): try await mount(share, at: volume.name)
            }
            return .volumeReady(task: task, name: volume.name)
        } catch {
            return .volumeFailed(task: task, name: volume.name, error)
        }
    }

    func removeVolume(_ name: String) async -> EngineEvent? {
        if name.hasPrefix("/") {
            try? await NIOThreadPool.singleton.runIfActive { ShareMounts().unmount(name) }
        } else {
            _ = try? await client.call("DELETE", "/volumes/\(name)", timeout: limits.remove)
        }
        return nil
    }

    /// - Returns: what the engine says when there is no volume of the name.
    private func look(for name: String) async throws(EngineFailure) -> EngineFailure? {
        do {
            _ = try await client.call("GET", "/volumes/\(PercentCoding.encode(name))", timeout: limits.remove)
            return nil
        } catch  where error.kind == .missing {
            return error
        }
    }

    /// The engine makes any volume; whether it can be mounted shows when a container starts, and less clearly.
    private func checkElastic() async throws(EngineFailure) {
        guard await isHere, !KernelFileSystems.have("nfs4", module: "nfsv4") else { return }
        throw EngineFailure(
            .final,
            "ResourceInitializationError: failed to set up EFS volumes: "
                + "the kernel of this container instance has no NFS 4 client")
    }

    private func make(_ volume: VolumeCreation) async throws(EngineFailure) {
        func object(_ texts: [String: String]) -> JSONValue {
            .object(texts.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) })
        }
        let body: JSONValue = [
            "Name": .string(volume.name), "Driver": .string(volume.driver), "DriverOpts": object(volume.options),
            "Labels": object(volume.labels),
        ]
        _ = try await client.call("POST", "/volumes/create", body: body, timeout: limits.remove)
    }

    private func mount(_ share: ShareMount, at path: String) async throws(EngineFailure) {
        let context = "ResourceInitializationError: failed to set up FSx volumes: "
        guard await isHere else { throw EngineFailure(.final, "\(context)the container engine is on another machine") }
        let failure: String?
        do {
            failure = try await NIOThreadPool.singleton.runIfActive { ShareMounts().mount(share, at: path) }
        } catch {
            failure = "the agent ended"
        }
        if let failure { throw EngineFailure(.final, context + failure) }
    }
}
