import AWSModels
import State

/// A zone that a service's tasks may be spread over.
package struct ServiceZone: Sendable, Equatable {
    package var name: String
    /// Whether an instance in it could take another task of the service. Only asked where tasks are to go.
    package var isOpen: Bool

    package init(name: String, isOpen: Bool) {
        self.name = name
        self.isOpen = isOpen
    }
}

extension ServiceRecord {
    /// Whether the service's tasks are to be balanced over the zones: never while a deployment goes on.
    /// Source: Amazon ECS Developer Guide, Balancing an Amazon ECS service across Availability Zones.
    package var balancesZones: Bool {
        settings.availabilityZoneRebalancing == .enabled && status == .active && schedulingStrategy == .replica
            && deploymentController == .ecs && deployments.count == 1 && primary?.rolloutState == .completed
    }
}

/// Whether nothing is to be done about the zones of a service's tasks, as far as their number tells.
///
/// A steady service asks at every look: its tasks are counted by classes of instances, not one by one.
func areZonesBalanced(_ service: ServiceRecord, in snapshot: Snapshot) -> Bool {
    guard service.balancesZones, service.desiredCount > 1, let index = snapshot.instances(of: service.cluster),
        index.zones.count > 1
    else { return true }
    let counts = tasksByZone(service, index, in: snapshot)
    let most = counts.reduce(0, max)
    return counts.allSatisfy { $0 + 1 >= most }
}

/// The tasks of a service that are meant to run, by zone in the order of the index.
private func tasksByZone(_ service: ServiceRecord, _ index: InstanceIndex, in snapshot: Snapshot) -> [Int] {
    var counts = [Int](repeating: 0, count: index.zones.count)
    for part in snapshot.spread(of: "service:\(service.name)", in: service.cluster).parts {
        if let number = index[part.instanceClass].zone.flatMap({ index.zones.firstIndex(of: $0) }) {
            counts[number] += part.tasks
        }
    }
    return counts
}

extension ServiceView {
    /// The zones of the service's cluster, in order of their names; none when no two of them differ by more than one
    /// task, unless a balancing that has begun is to be brought to its end.
    func zonesToBalance(in snapshot: Snapshot) -> [ServiceZone] {
        guard service.rebalancing != nil || !areZonesBalanced(service, in: snapshot), service.balancesZones,
            let index = snapshot.instances(of: service.cluster)
        else { return [] }
        let counts = tasksByZone(service, index, in: snapshot)
        let most = counts.reduce(0, max)
        return zip(index.zones, counts).map { zone, count in
            ServiceZone(name: zone, isOpen: count + 1 < most && hasPlace(in: zone, snapshot))
        }
    }

    /// Whether the task that would be started next could be placed in `zone`.
    private func hasPlace(in zone: String, _ snapshot: Snapshot) -> Bool {
        guard let primary = service.primary,
            let definition = snapshot.get(TaskDefinitionRecord.key(primary.family, primary.revision))
        else { return false }
        var request = TaskRequest(service, definition, primary.networkConfiguration, snapshot.realm)
        request.zone = zone
        var placer = Placer(request)
        return placer.hasPlace(from: nextProvider(primary), in: snapshot)
    }

    /// The capacity provider that gets the next task; nil for a launch type.
    private func nextProvider(_ primary: DeploymentState) -> String? {
        guard !primary.capacityProviderStrategy.isEmpty else { return nil }
        let providers = tasks.filter { $0.desiredStatus == .running }.compactMap(\.capacityProvider)
        let counts = Dictionary(providers.map { ($0, 1) }, uniquingKeysWith: +)
        return CapacityShares(primary.capacityProviderStrategy, counts: counts).next
    }
}
