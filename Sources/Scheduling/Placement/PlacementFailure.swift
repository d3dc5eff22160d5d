import State

/// Why an instance cannot take a task. The order of the cases is the order of the checks.
/// Source: Amazon ECS Developer Guide, API failure reasons.
package enum PlacementFailure: Sendable, Equatable {
    /// The instance's agent is not connected.
    case agent
    case cpu
    case memory
    case ports
    case udpPorts
    case gpu
    /// The instance has no network interface for another task.
    case interfaces
    /// The named attribute is required and missing.
    case attribute(String)
    /// The instance is in a zone where the task may not be.
    case location
    /// A `memberOf` constraint is not met.
    case memberOf
    /// A task of the group is there already.
    case distinctInstance

    /// How near to fitting an instance with this failure was: the number of the check it failed.
    package var depth: Int {
        switch self {
        case .agent: 0
        case .cpu: 1
        case .memory: 2
        case .ports: 3
        case .udpPorts: 4
        case .gpu: 5
        case .interfaces: 6
        case .attribute: 7
        case .location: 8
        case .memberOf: 9
        case .distinctInstance: 10
        }
    }

    /// The reason in `failures[]` of RunTask and StartTask.
    package var reason: String {
        switch self {
        case .agent: "AGENT"
        case .cpu: "RESOURCE:CPU"
        case .memory: "RESOURCE:MEMORY"
        case .ports: "RESOURCE:PORTS"
        case .udpPorts: "RESOURCE:PORTS_UDP"
        case .gpu: "RESOURCE:GPU"
        case .interfaces: "RESOURCE:ENI"
        case .attribute: "ATTRIBUTE"
        case .location: "LOCATION"
        case .memberOf: "MemberOf placement constraint unsatisfied."
        case .distinctInstance: "DistinctInstance placement constraint unsatisfied."
        }
    }

    /// What is said of a daemon's task that cannot be placed.
    /// Source: Amazon ECS Developer Guide, Daemon events: examples; what has no word of its own follows their form.
    package var daemonReason: String {
        let start = "Unable to place daemon task on container instance"
        return switch self {
        case .agent: "AGENT - \(start): agent disconnected"
        case .cpu: "RESOURCE:CPU - \(start): insufficient CPU"
        case .memory: "RESOURCE:MEMORY - \(start): insufficient memory"
        case .ports: "RESOURCE:PORTS - \(start): port already in use"
        case .udpPorts: "RESOURCE:PORTS_UDP - \(start): port already in use"
        case .gpu: "RESOURCE:GPU - \(start): insufficient GPUs"
        case .interfaces: "RESOURCE:ENI - \(start): insufficient network interfaces"
        case .attribute(let name): "ATTRIBUTE - \(start): missing attribute \(name)"
        case .location: "LOCATION - \(start): the task may not run in its Availability Zone"
        case .memberOf, .distinctInstance: "\(start): \(reason)"
        }
    }

    /// The end of a service event's sentence about the closest instance.
    package var eventText: String {
        switch self {
        case .agent: "encountered error \"AGENT\""
        case .cpu: "has insufficient CPU units available"
        case .memory: "has insufficient memory available"
        case .ports, .udpPorts: "is already using a port required by your task"
        case .attribute: "is missing an attribute required by your task"
        case .gpu, .interfaces, .location: "encountered error \"\(reason)\""
        case .memberOf: "encountered error \"MemberOf placement constraint unsatisfied.\""
        case .distinctInstance: "encountered error \"DistinctInstance placement constraint unsatisfied.\""
        }
    }
}

/// An instance that was looked at and refused.
package struct RefusedInstance: Sendable, Equatable {
    package var instance: Key<ContainerInstanceRecord>
    package var failure: PlacementFailure

    package init(instance: Key<ContainerInstanceRecord>, failure: PlacementFailure) {
        self.instance = instance
        self.failure = failure
    }
}
