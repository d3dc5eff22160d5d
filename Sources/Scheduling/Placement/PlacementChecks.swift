import AWSModels
import State

/// The checks an instance must pass to take a task, made ready for one request.
struct PlacementChecks: Sendable {
    private let request: TaskRequest
    private let queries: [InstanceQuery]
    private let wantsDistinctInstances: Bool
    private let requiredAttributes: [ECS.Attribute]

    /// Expressions were checked when they were stored; one that cannot be read now matches nothing.
    init(_ request: TaskRequest) {
        self.request = request
        let definition = request.definition.definition
        let ofDefinition = (definition.placementConstraints ?? []).compactMap(\.expression)
        let ofRequest = request.constraints.filter { $0.type == .memberOf }.compactMap(\.expression)
        queries = (ofDefinition + ofRequest).compactMap { try? InstanceQuery($0) }
        wantsDistinctInstances = request.constraints.contains { $0.type == .distinctInstance }
        requiredAttributes = definition.requiresAttributes ?? []
    }

    /// Why `instance` cannot take the task; nil when it can.
    func failure(of instance: ContainerInstanceRecord, in snapshot: Snapshot) -> PlacementFailure? {
        guard instance.agentConnected else { return .agent }
        if let failure = resourceFailure(of: instance, in: snapshot) { return failure }
        for attribute in requiredAttributes where !has(instance, attribute) { return .attribute(attribute.name) }
        guard queries.allSatisfy({ $0.includes(instance, in: snapshot) }) else { return .memberOf }
        if wantsDistinctInstances, snapshot.tasks(of: request.group, on: instance.key) > 0 {
            return .distinctInstance
        }
        return nil
    }

    /// Why the instance has no room; nil when it has.
    func resourceFailure(of instance: ContainerInstanceRecord, in snapshot: Snapshot) -> PlacementFailure? {
        let usage = snapshot.usage(of: instance.key)
        let need = request.need
        guard usage.cpuUnits + need.cpuUnits <= instance.cpuUnits || need.cpuUnits == 0 else { return .cpu }
        guard usage.memoryMiB + need.memoryMiB <= instance.memoryMiB || need.memoryMiB == 0 else { return .memory }
        let isTaken = { (port: Int) in usage.ports.contains(port) || instance.reservedPorts.contains(port) }
        guard !need.ports.contains(where: isTaken) else { return .ports }
        let isTakenUDP = { (port: Int) in usage.udpPorts.contains(port) || instance.reservedUDPPorts.contains(port) }
        guard !need.udpPorts.contains(where: isTakenUDP) else { return .udpPorts }
        return nil
    }

    private func has(_ instance: ContainerInstanceRecord, _ attribute: ECS.Attribute) -> Bool {
        guard let value = instance.attribute(attribute.name) else { return false }
        return attribute.value == nil || attribute.value == value
    }
}
