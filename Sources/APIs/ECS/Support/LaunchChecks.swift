import AWSModels
import AWSWire
import Scheduling
import State

/// Rules for launching tasks that RunTask, StartTask and services share.
enum LaunchChecks {
    /// Source: Amazon ECS API Reference, RunTask (overrides).
    static let maximumOverridesLength = 8_192

    /// Checks launch type, network and placement against the definition.
    /// - Parameter choice: nil when the instances are chosen already.
    static func check(
        _ choice: LaunchChoice?, definition: TaskDefinitionRecord, network: ECS.NetworkConfiguration?,
        constraints: [ECS.PlacementConstraint]?, strategies: [ECS.PlacementStrategy]?
    ) throws(WireError) {
        try checkLaunchType(choice, definition.definition)
        try checkNetwork(network, definition.definition, choice?.launchType)
        try checkPlacement(constraints ?? [], strategies ?? [])
        try check(constraintCount: constraints ?? [], definition)
    }

    /// Source: Amazon ECS API Reference, RunTask and CreateService (placementConstraints): those of the definition
    /// count.
    static func check(
        constraintCount constraints: [ECS.PlacementConstraint], _ definition: TaskDefinitionRecord
    ) throws(WireError) {
        guard constraints.count + (definition.definition.placementConstraints ?? []).count <= 10 else {
            throw .invalidParameter(
                "Too many placement constraints: at most 10, together with those of the task definition.")
        }
    }

    private static func checkLaunchType(
        _ choice: LaunchChoice?, _ definition: ECS.TaskDefinition
    ) throws(WireError) {
        guard let choice else { return }
        let launchType = choice.launchType
        let isCompatible = (definition.compatibilities ?? []).contains { $0.rawValue == launchType.rawValue }
        guard isCompatible else {
            throw .invalidParameter("Task definition does not support launch_type \(launchType.rawValue).")
        }
        // Source: Amazon ECS API Reference, RunTask: Managed Instances are only reached by their capacity provider.
        guard launchType != .managedInstances || !choice.strategy.isEmpty else {
            throw .invalidParameter(
                "Launch type MANAGED_INSTANCES cannot be specified. Specify a capacity provider strategy instead.")
        }
        guard launchType != .fargate else {
            throw .unsupportedFeature("Launch type \(launchType.rawValue) is not available in this region yet.")
        }
    }

    /// Checks that a platform version is asked for where there are platforms.
    /// Source: Amazon ECS API Reference, RunTask (platformVersion): for Fargate only. Observed: these words.
    static func check(platformVersion: String?, _ launchType: ECS.LaunchType?) throws(WireError) {
        guard platformVersion != nil, let launchType, launchType != .fargate else { return }
        throw .invalidParameter(
            "The platform version must be null when specifying an \(launchType.rawValue) launch type.")
    }

    /// Source: Amazon ECS API Reference, AwsVpcConfiguration: at most 16 subnets and 5 security groups.
    /// Observed: the words about public addresses.
    private static func checkBounds(
        _ network: ECS.AwsVpcConfiguration, _ launchType: ECS.LaunchType?
    ) throws(WireError) {
        guard (1...16).contains(network.subnets.count) else {
            throw .invalidParameter("subnets can have 1 to 16 items.")
        }
        guard (network.securityGroups ?? []).count <= 5 else {
            throw .invalidParameter("securityGroups can have at most 5 items.")
        }
        guard network.assignPublicIp != .enabled || launchType == .fargate else {
            throw .invalidParameter("Assign public IP is not supported for this launch type.")
        }
    }

    private static func checkNetwork(
        _ network: ECS.NetworkConfiguration?, _ definition: ECS.TaskDefinition, _ launchType: ECS.LaunchType?
    ) throws(WireError) {
        if definition.networkMode == .awsvpc {
            guard let vpc = network?.awsvpcConfiguration else {
                throw .invalidParameter(
                    "Network Configuration must be provided when networkMode 'awsvpc' is specified.")
            }
            try checkBounds(vpc, launchType)
        } else if network?.awsvpcConfiguration != nil {
            throw .invalidParameter(
                "Network Configuration is not valid for the given networkMode of this task definition.")
        }
    }

    /// Source: Amazon ECS API Reference, RunTask: at most 10 constraints and 5 strategies.
    static func checkPlacement(
        _ constraints: [ECS.PlacementConstraint], _ strategies: [ECS.PlacementStrategy]
    ) throws(WireError) {
        guard constraints.count <= 10 else { throw .invalidParameter("Too many placement constraints: at most 10.") }
        guard strategies.count <= 5 else { throw .invalidParameter("Too many placement strategies: at most 5.") }
        for constraint in constraints { try check(constraint) }
        for strategy in strategies { try check(strategy) }
    }

    private static func check(_ constraint: ECS.PlacementConstraint) throws(WireError) {
        switch constraint.type {
        case .distinctInstance?:
            guard constraint.expression == nil else {
                throw .invalidParameter("Expression is not allowed for placement constraint 'distinctInstance'.")
            }
        case .memberOf?: try check(expression: constraint.expression)
        case nil: throw .invalidParameter("Placement constraint type must not be null.")
        }
    }

    /// Checks an expression of the cluster query language.
    static func check(expression: String?) throws(WireError) {
        guard let expression, !expression.isEmpty else {
            throw .invalidParameter("Expression must be given for placement constraint 'memberOf'.")
        }
        do throws(QueryError) { _ = try InstanceQuery(expression) } catch {
            throw .invalidParameter("Invalid expression '\(expression)'. \(error.message)")
        }
    }

    /// Strategies as a service shows them: `host` is an alias, and resources are upper-case.
    /// Observed: DescribeServices answers `instanceId`, `CPU` and `MEMORY`, however they were given.
    static func normal(_ strategies: [ECS.PlacementStrategy]) -> [ECS.PlacementStrategy] {
        strategies.map { strategy in
            var strategy = strategy
            if strategy.type == .spread, strategy.field == "host" { strategy.field = "instanceId" }
            if strategy.type == .binpack { strategy.field = strategy.field?.uppercased() }
            return strategy
        }
    }

    private static func check(_ strategy: ECS.PlacementStrategy) throws(WireError) {
        let field = strategy.field ?? ""
        switch strategy.type {
        case .random?: break
        case .binpack?:
            guard ["cpu", "memory"].contains(field.lowercased()) else {
                throw .invalidParameter("Invalid field '\(field)' for placement strategy 'binpack': cpu or memory.")
            }
        case .spread?:
            guard field == "instanceId" || field == "host" || field.hasPrefix("attribute:") else {
                throw .invalidParameter("Invalid field '\(field)' for placement strategy 'spread'.")
            }
        case nil: throw .invalidParameter("Placement strategy type must not be null.")
        }
    }

    /// Checks overrides against the definition.
    /// - Returns: them, with task sizes in their stored form.
    static func overrides(
        _ overrides: ECS.TaskOverride?, of definition: TaskDefinitionRecord
    ) throws(WireError) -> ECS.TaskOverride? {
        guard let overrides else { return nil }
        guard overrides.encoded().count <= maximumOverridesLength else {
            throw .invalidParameter("The overrides are longer than \(maximumOverridesLength) characters.")
        }
        let names = (definition.definition.containerDefinitions ?? []).compactMap(\.name)
        for change in overrides.containerOverrides ?? [] {
            guard let name = change.name, names.contains(name) else {
                throw .invalidParameter(
                    "Override for container named \(change.name ?? "null") is not a container in the TaskDefinition.")
            }
            for number in [change.cpu, change.memory, change.memoryReservation] where (number ?? 0) < 0 {
                throw .invalidParameter("Override for container named \(name) has a negative size.")
            }
        }
        return try withStoredSizes(overrides)
    }

    private static func withStoredSizes(_ overrides: ECS.TaskOverride) throws(WireError) -> ECS.TaskOverride {
        var result = overrides
        if let cpu = overrides.cpu {
            guard let units = TaskSize.cpuUnits(cpu) else { throw .invalidParameter("Invalid 'cpu' setting for task.") }
            result.cpu = String(units)
        }
        if let memory = overrides.memory {
            guard let mebibytes = TaskSize.memoryMiB(memory) else {
                throw .invalidParameter("Invalid 'memory' setting for task.")
            }
            result.memory = String(mebibytes)
        }
        return result
    }
}
