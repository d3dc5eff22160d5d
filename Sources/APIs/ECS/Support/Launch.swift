import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// What RunTask and StartTask have in common: the checked request, ready to place.
struct Launch {
    var blueprint: TaskBlueprint
    /// How the tasks are shared out; empty for a launch type.
    var strategy: [ECS.CapacityProviderStrategyItem] = []

    /// The resource that permission is asked for: the definition with its revision.
    static func accessResource(_ text: String, _ snapshot: Snapshot) throws(WireError) -> String {
        try TaskDefinitionReference(text, snapshot.realm).find(in: snapshot)?.arn(snapshot.realm) ?? "*"
    }

    init(_ input: ECS.RunTaskRequest, in cluster: ClusterRecord, _ snapshot: Snapshot) throws(WireError) {
        let definition = try TaskDefinitionReference.runnable(input.taskDefinition, in: snapshot)
        let choice = try LaunchChoice(input.launchType, input.capacityProviderStrategy, in: cluster, snapshot)
        try LaunchChecks.check(
            choice, definition: definition, network: input.networkConfiguration,
            constraints: input.placementConstraints, strategies: input.placementStrategy)
        try LaunchChecks.check(platformVersion: input.platformVersion, choice.launchType)
        try self.init(of: input, definition, cluster.name)
        blueprint.request.constraints = input.placementConstraints ?? []
        blueprint.request.strategies = input.placementStrategy ?? []
        blueprint.request.use(input.networkConfiguration, in: snapshot.realm)
        blueprint.launchType = choice.launchType
        strategy = choice.strategy
    }

    init(_ input: ECS.StartTaskRequest, _ cluster: String, _ snapshot: Snapshot) throws(WireError) {
        let definition = try TaskDefinitionReference.runnable(input.taskDefinition, in: snapshot)
        try LaunchChecks.check(
            nil, definition: definition, network: input.networkConfiguration, constraints: nil,
            strategies: nil)
        try self.init(of: input, definition, cluster)
        blueprint.request.use(input.networkConfiguration, in: snapshot.realm)
    }

    private init(
        of input: some LaunchSettings, _ definition: TaskDefinitionRecord, _ cluster: String
    ) throws(WireError) {
        blueprint = TaskBlueprint(
            request: TaskRequest(
                cluster: cluster, definition: definition,
                overrides: try LaunchChecks.overrides(input.overrides, of: definition),
                group: try Launch.group(input.group, definition)))
        blueprint.startedBy = try Launch.startedBy(input)
        blueprint.networkConfiguration = input.networkConfiguration
        try VolumeConfigurationRules.check(input.volumeConfigurations, definition)
        blueprint.volumeConfigurations = input.volumeConfigurations ?? []
        blueprint.enableExecuteCommand = input.enableExecuteCommand ?? false
        try checkExecuteCommand()
        blueprint.tags = try Launch.tags(
            input.tags, input.propagateTags, input.enableECSManagedTags, cluster, definition)
    }

    /// ECS Exec needs a task role.
    /// Source: Amazon ECS API Reference, RunTask (enableExecuteCommand). Observed: these words.
    private func checkExecuteCommand() throws(WireError) {
        let request = blueprint.request
        let role = request.overrides?.taskRoleArn ?? request.definition.definition.taskRoleArn ?? ""
        guard !blueprint.enableExecuteCommand || !role.isEmpty else {
            throw .invalidParameter(
                "The execute command failed because a valid task role is not being used. Specify a valid task role in "
                    + "your task definition or as a task override and try again.")
        }
    }

    /// Source: Amazon ECS API Reference, RunTask (group): the default is the family; services have their own.
    private static func group(_ group: String?, _ definition: TaskDefinitionRecord) throws(WireError) -> String {
        guard let group, !group.isEmpty else { return "family:\(definition.family)" }
        guard !group.hasPrefix("service:") else {
            throw .invalidParameter("Invalid namespace for group. Group cannot begin with 'service:'.")
        }
        return group
    }

    private static func startedBy<Settings: LaunchSettings>(_ input: Settings) throws(WireError) -> String? {
        guard let text = input.startedBy else { return nil }
        let isAllowed = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || "-_/".utf8.contains(byte)
        }
        let maximum = Settings.maximumStartedByLength
        guard text.utf8.count <= maximum, isAllowed else {
            throw .invalidParameter(
                "startedBy must be up to \(maximum) letters, digits, hyphens, underscores and slashes.")
        }
        return text
    }

    private static func tags(
        _ tags: [ECS.Tag]?, _ propagation: ECS.PropagateTags?, _ isManaged: Bool?, _ cluster: String,
        _ definition: TaskDefinitionRecord
    ) throws(WireError) -> [ECS.Tag] {
        guard propagation != .service else {
            throw .invalidParameter("Tags cannot be propagated from a service: the task belongs to none.")
        }
        var result = try Tags.checked(tags)
        if propagation == .taskDefinition { result = Tags.merged(definition.tags, result) }
        if isManaged ?? false { result.append(ECS.Tag(key: "aws:ecs:clusterName", value: cluster)) }
        return result
    }
}

/// The members that RunTask and StartTask have in common.
private protocol LaunchSettings {
    /// Source: Amazon ECS API Reference, RunTask and StartTask (startedBy).
    static var maximumStartedByLength: Int { get }
    var enableECSManagedTags: Bool? { get }
    var enableExecuteCommand: Bool? { get }
    var group: String? { get }
    var networkConfiguration: ECS.NetworkConfiguration? { get }
    var overrides: ECS.TaskOverride? { get }
    var propagateTags: ECS.PropagateTags? { get }
    var startedBy: String? { get }
    var tags: [ECS.Tag]? { get }
    var volumeConfigurations: [ECS.TaskVolumeConfiguration]? { get }
}

extension ECS.RunTaskRequest: LaunchSettings {
    fileprivate static var maximumStartedByLength: Int { 128 }
}

extension ECS.StartTaskRequest: LaunchSettings {
    fileprivate static var maximumStartedByLength: Int { 36 }
}
