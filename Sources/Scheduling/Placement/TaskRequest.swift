import AWSModels
import State

/// A task that wants an instance.
package struct TaskRequest: Sendable {
    package var cluster: String
    package var definition: any DefinitionRecord
    package var overrides: ECS.TaskOverride?
    /// `family:F`, `service:S` or the caller's.
    package var group: String
    /// The daemon's name, for its tasks: they start before others.
    package var daemon: String?
    /// What the task takes.
    package var need: ResourceNeed
    /// Constraints of the request or service; those of the definition are added.
    package var constraints: [ECS.PlacementConstraint]
    package var strategies: [ECS.PlacementStrategy]
    /// Only its instances are looked at; nil for launch type EC2, which may use all.
    package var capacityProvider: String?
    /// Only instances of this zone are looked at; nil for all.
    package var zone: String?
    /// Only instances of these zones are looked at: those of the subnets of a task of network mode awsvpc; nil for all.
    package private(set) var subnetZones: [String]?

    package init(
        cluster: String, definition: any DefinitionRecord, overrides: ECS.TaskOverride? = nil, group: String,
        constraints: [ECS.PlacementConstraint] = [], strategies: [ECS.PlacementStrategy] = []
    ) {
        self.cluster = cluster
        self.definition = definition
        self.overrides = overrides
        self.group = group
        self.constraints = constraints
        self.strategies = strategies
        need = ResourceNeed(definition.definition, overrides)
    }

    /// Says which network the task gets.
    /// Source: Amazon ECS Developer Guide, How Amazon ECS places tasks on container instances.
    package mutating func use(_ network: ECS.NetworkConfiguration?, in realm: Realm) {
        subnetZones = definition.definition.networkMode == .awsvpc ? SubnetZones.zones(of: network, in: realm) : nil
    }
}

/// Where a task goes, or why nowhere.
package enum Placement: Sendable {
    case placed(ContainerInstanceRecord)
    /// Every instance that was looked at, in key order; empty when the cluster has none.
    case failed([RefusedInstance])
}
