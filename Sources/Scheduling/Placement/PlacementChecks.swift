import AWSModels
import State

/// The checks an instance must pass to take a task, made ready for one request.
struct PlacementChecks: Sendable {
    /// What is asked for. Only its capacity provider and, before the first question, its zone may be changed.
    var request: TaskRequest
    /// Nil for an expression that cannot be read: it was checked when it was stored, and matches nothing now.
    private let queries: [InstanceQuery?]
    /// Whether no instance may hold two tasks of the group.
    let wantsDistinctInstances: Bool
    private let requiredAttributes: [ECS.Attribute]

    init(_ request: TaskRequest) {
        self.request = request
        let definition = request.definition.definition
        let ofDefinition = (definition.placementConstraints ?? []).compactMap(\.expression)
        let ofRequest = request.constraints.filter { $0.type == .memberOf }.compactMap(\.expression)
        queries = (ofDefinition + ofRequest).map { try? InstanceQuery($0) }
        wantsDistinctInstances = request.constraints.contains { $0.type == .distinctInstance }
        requiredAttributes = (definition.requiresAttributes ?? []) + platformAttributes(definition.runtimePlatform)
    }

    /// Whether some instance of a class may take the task, as far as its attributes tell.
    func mayPass(_ instances: InstanceClass, in snapshot: Snapshot) -> Bool {
        guard isZoneAllowed(instances.zone) else { return false }
        guard requiredAttributes.allSatisfy({ mayHave(instances, $0) }) else { return false }
        guard !queries.isEmpty else { return true }
        guard let id = instances.anyID, let one = snapshot.get(ContainerInstanceRecord.key(request.cluster, id)) else {
            return false
        }
        return queries.allSatisfy { $0?.mayInclude(classOf: one) ?? false }
    }

    private func mayHave(_ instances: InstanceClass, _ attribute: ECS.Attribute) -> Bool {
        if InstanceClass.attributesOfOneHost.contains(attribute.name) { return true }
        guard let value = instances.traits.attributes[attribute.name] else { return false }
        return attribute.value == nil || attribute.value == value
    }

    /// Why `instance` cannot take the task; nil when it can.
    func failure(of instance: ContainerInstanceRecord, in snapshot: Snapshot) -> PlacementFailure? {
        if let failure = hostFailure(of: instance, in: snapshot) { return failure }
        guard meetsExpressions(instance, in: snapshot) else { return .memberOf }
        if wantsDistinctInstances, snapshot.tasks(of: request.group, on: instance.key) > 0 {
            return .distinctInstance
        }
        return nil
    }

    /// Why the task cannot run there, whatever the constraints say; nil when it can.
    func hostFailure(of instance: ContainerInstanceRecord, in snapshot: Snapshot) -> PlacementFailure? {
        // To a client, an instance without its daemons is one whose agent is not ready.
        guard instance.agentConnected, request.daemon != nil || !snapshot.awaitsDaemon(instance) else { return .agent }
        return resourceFailure(of: instance, in: snapshot) ?? attributeFailure(of: instance)
            ?? (isInZone(instance) ? nil : .location)
    }

    /// Whether the task belongs there, if there is room: the instance has the attributes, is in one of the zones, and
    /// meets the expressions.
    func suits(_ instance: ContainerInstanceRecord, in snapshot: Snapshot) -> Bool {
        attributeFailure(of: instance) == nil && isInZone(instance) && meetsExpressions(instance, in: snapshot)
    }

    /// Most requests may be in any zone, and an instance's attributes are many.
    private func isInZone(_ instance: ContainerInstanceRecord) -> Bool {
        (request.zone == nil && request.subnetZones == nil) || isZoneAllowed(instance.availabilityZone)
    }

    private func isZoneAllowed(_ zone: String?) -> Bool {
        guard request.zone == nil || request.zone == zone else { return false }
        guard let zones = request.subnetZones else { return true }
        return zone.map { zones.contains($0) } ?? false
    }

    private func attributeFailure(of instance: ContainerInstanceRecord) -> PlacementFailure? {
        requiredAttributes.first { !has(instance, $0) }.map { .attribute($0.name) }
    }

    private func meetsExpressions(_ instance: ContainerInstanceRecord, in snapshot: Snapshot) -> Bool {
        queries.allSatisfy { $0?.includes(instance, in: snapshot) ?? false }
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
        guard need.gpus == 0 || usage.gpuIDs.count + need.gpus <= instance.gpuIDs.count else { return .gpu }
        guard need.interfaces == 0 || usage.interfaces + need.interfaces <= instance.taskInterfaces else {
            return .interfaces
        }
        return nil
    }

    private func has(_ instance: ContainerInstanceRecord, _ attribute: ECS.Attribute) -> Bool {
        guard let value = instance.attribute(attribute.name) else { return false }
        return attribute.value == nil || attribute.value == value
    }
}
