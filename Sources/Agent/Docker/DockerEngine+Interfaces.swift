import AWSWire
import NIOPosix

/// Network interfaces of tasks, made by the agent on its own machine: the engine has no network for them.
extension DockerEngine {
    /// Judged by the host, and by the engine as far as it answers at once: one that is slow now must not hold up the
    /// agent. What it does not say now, a task will be told.
    package var interfaceProblem: String? {
        get async {
            guard let path = socketPath else { return "the container engine is on another machine" }
            if let info = try? await client.call("GET", "/info", timeout: .seconds(2)), !isHere(info) {
                return "the container engine is on another machine"
            }
            let probe = "rsprobe" + instance.suffix(6).filter(\.isHexDigit)
            return await blocking { network -> String? in
                if HostNetwork.isInThisNetwork(path) == false {
                    return "the container engine is in another network namespace than the agent"
                }
                return network.problem(probe: probe)
            } ?? nil
        }
    }

    func attach(_ interface: TaskInterface, of task: String, to id: String) async -> EngineEvent? {
        let process: Int
        do throws(EngineFailure) {
            let details = try await client.call("GET", "/containers/\(id)/json", timeout: limits.inspect)
            guard details["State"]?["Running"]?.boolValue == true, let found = details["State"]?["Pid"]?.intValue,
                found > 1
            else { throw EngineFailure(.final, "the container that holds the task's network has ended") }
            process = found
        } catch {
            return .attachFailed(task: task, error)
        }
        let isPrepared = hasForwardingRules
        let outcome = await blocking { network -> Result<Void, TaskInterfaceProblem> in
            Result { () throws(TaskInterfaceProblem) in
                if !isPrepared { try network.prepare() }
                try network.attach(interface, to: Int32(clamping: process), of: id)
            }
        }
        switch outcome {
        case .success:
            hasForwardingRules = true
            return .attached(task: task)
        case .failure(let problem):
            hasForwardingRules = false
            return .attachFailed(task: task, EngineFailure(.final, problem.text))
        case nil: return nil
        }
    }

    func detach(_ interface: TaskInterface) async -> EngineEvent? {
        await blocking { $0.detach(interface) }
        return nil
    }

    /// Removes what ended tasks have left behind.
    func sweepInterfaces() async { await blocking { $0.sweep() } }

    // MARK: Traffic

    /// Remembers which interface a container holds.
    func noteInterface(_ labels: JSONValue?, of id: String) {
        guard labels?["com.amazonaws.ecs.container-name"]?.stringValue == NetworkContainer.name else { return }
        interfaceNames[id] = labels?[NetworkContainer.label]?.stringValue
    }

    /// The engine counts nothing for a container without a network of its own.
    func traffic(of id: String) -> NetworkUsage? { interfaceNames[id].flatMap { HostAddresses.traffic[$0] } }

    /// - Returns: nil when the agent ends.
    @discardableResult
    private func blocking<Value: Sendable>(_ work: @escaping @Sendable (HostNetwork) -> Value) async -> Value? {
        try? await NIOThreadPool.singleton.runIfActive { work(HostNetwork()) }
    }
}
