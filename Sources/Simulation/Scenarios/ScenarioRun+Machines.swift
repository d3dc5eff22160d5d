import AWSWire
import Agent
import State

/// What happens to the machines of a scenario.
extension ScenarioRun {
    func host(_ name: String) throws(ScenarioError) -> SimulatedHost {
        guard let host = stage.hosts.first(where: { $0.name == name }) else {
            throw ScenarioError("there is no instance \(name)")
        }
        return host
    }

    func addInstance(
        _ name: String, _ zone: String, _ options: [String: String]
    ) throws(ScenarioError) {
        var configuration = AgentConfiguration.simulated(
            zone: zone, cpuUnits: try number(options["cpu"] ?? "4096"),
            memoryMiB: try number(options["memory"] ?? "8192"))
        if let provider = options["provider"] { configuration.attributes["ecs.capacity-provider"] = provider }
        for attribute in options["attributes"]?.split(separator: ",") ?? [] {
            let parts = attribute.split(separator: "=", maxSplits: 1).map(String.init)
            configuration.attributes[parts[0]] = parts.count == 2 ? parts[1] : ""
        }
        let host = stage.addHost(name, configuration)
        host.engine.delays = delays
        witness.machines[host.journal.instanceID] = name
        witness.names.add(host: host.journal.instanceID, name: name)
        host.startAgent()
        for _ in 0..<1_000 where !isConnected(host) { try step() }
        witness.tellInstances(stage.durable)
    }

    private func number(_ text: String) throws(ScenarioError) -> Int {
        guard let number = Int(text), number >= 0 else { throw ScenarioError("\(text) is no number") }
        return number
    }

    private func isConnected(_ host: SimulatedHost) -> Bool {
        stage.durable.list(ContainerInstanceRecord.self).contains {
            $0.ec2InstanceID == host.journal.instanceID && $0.agentConnected
        }
    }

    func perform(_ act: ScenarioStep.MachineAct, _ host: SimulatedHost) throws(ScenarioError) {
        switch act {
        case .agentStops: host.crashAgent()
        case .agentStarts, .on: host.startAgent()
        case .networkBreaks: host.network.partition()
        case .networkHeals: host.network.heal()
        case .off:
            host.crashAgent()
            for container in host.engine.all { host.engine.end(container, code: 137) }
        }
    }

    func forEachContainer(
        of number: Int, _ body: (EngineHost, SurveyedContainer) -> Void
    ) throws(ScenarioError) {
        guard let id = witness.names.task(number) else { throw ScenarioError("there is no task \(number)") }
        for host in stage.hosts {
            for container in host.engine.all where container.isRunning && container.reference.task.hasSuffix(id) {
                body(host.engine, container)
            }
        }
    }

    func showInstances() {
        let instances = stage.durable.list(ContainerInstanceRecord.self).filter { $0.status != .inactive }
        for instance in instances.sorted(by: { witness.names.name($0.id) < witness.names.name($1.id) }) {
            witness.history.say("  " + look(of: instance))
        }
    }

    private func look(of instance: ContainerInstanceRecord) -> String {
        let tasks = stage.durable.liveTasks(on: instance.key).compactMap { Int(witness.names.name($0.id)) }
        let usage = stage.durable.usage(of: instance.key)
        let numbers = tasks.isEmpty ? "none" : tasks.sorted().map { "\($0)" }.joined(separator: ", ")
        return "\(witness.names.name(instance.id)) in \(instance.availabilityZone ?? "no zone"): "
            + "cpu \(usage.cpuUnits) of \(instance.cpuUnits), memory \(usage.memoryMiB) of \(instance.memoryMiB), "
            + "tasks \(numbers)"
    }
}

extension SimulatedContainers.Delays {
    subscript(part: ScenarioStep.DelayedPart) -> Duration {
        get {
            switch part {
            case .pull: pull
            case .start: start
            case .stop: stop
            }
        }
        set {
            switch part {
            case .pull: pull = newValue
            case .start: start = newValue
            case .stop: stop = newValue
            }
        }
    }
}
