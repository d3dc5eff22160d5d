import AWSModels
import AWSWire
import State

/// The task definition of an Express service: one that ECS makes from the request's few members, or the user's own.
/// Source: Amazon ECS API Reference, CreateExpressGatewayService and ExpressGatewayContainer: the rules and defaults.
struct ExpressTaskDefinition {
    /// What a request says of the definition; both operations have these members.
    struct Request {
        var primaryContainer: ECS.ExpressGatewayContainer?
        var executionRoleARN: String?
        var taskRoleARN: String?
        var cpu: String?
        var memory: String?
        var architecture: ECS.ExpressCpuArchitecture?
        var taskDefinitionARN: String?

        /// Whether it says anything of a definition that ECS makes.
        var hasMembers: Bool {
            primaryContainer != nil || executionRoleARN != nil || taskRoleARN != nil || cpu != nil || memory != nil
                || architecture != nil
        }
    }

    /// The container that gets the traffic.
    static let containerName = "Main"
    private static let defaultPort = 80
    private static let defaultCPU = "256"
    private static let defaultMemory = "512"

    let cluster: String
    let service: String

    /// The family of the definitions that ECS makes for a service. How ECS calls it is not documented.
    var family: String { String("\(cluster)-\(service)".prefix(255)) }

    // MARK: A definition of the user's

    /// The definition that an ARN names.
    /// - Throws: `InvalidParameterException` for one that an Express service cannot run.
    static func given(
        _ text: String, _ request: Request, _ snapshot: Snapshot
    ) throws(WireError) -> TaskDefinitionRecord {
        guard !request.hasMembers else {
            throw .invalidParameter(
                "taskDefinitionArn cannot be specified together with primaryContainer, executionRoleArn, taskRoleArn, "
                    + "cpu, memory or cpuArchitecture.")
        }
        let record = try TaskDefinitionReference.runnable(text, in: snapshot)
        let main = record.definition.containers.first { $0.name == containerName }
        guard let main, main.mappings.count == 1, let mapping = main.mappings.first, mapping.protocol != .udp,
            mapping.containerPort != nil, mapping.name != nil
        else {
            throw .invalidParameter(
                "The task definition must have a container named \(containerName) with one TCP port mapping that has a "
                    + "containerPort and a name.")
        }
        guard record.definition.compatibilities?.contains(.fargate) ?? false else {
            throw .invalidParameter("Task definition does not support launch_type FARGATE.")
        }
        return record
    }

    // MARK: A definition of ECS's

    /// What ECS registers for a request: its members, over those of the last definition that ECS made.
    func registration(
        _ request: Request, over last: TaskDefinitionRecord?, _ realm: Realm
    ) throws(WireError) -> ECS.RegisterTaskDefinitionRequest {
        let old = last?.family == family ? last?.definition : nil
        guard let container = request.primaryContainer ?? old?.primaryContainer else {
            throw .invalidParameter("Specify either a primaryContainer or a taskDefinitionArn.")
        }
        guard let role = request.executionRoleARN ?? old?.executionRoleArn else {
            throw .invalidParameter("executionRoleArn must be specified together with primaryContainer.")
        }
        let architecture = request.architecture.flatMap { ECS.CPUArchitecture(rawValue: $0.rawValue) }
        return ECS.RegisterTaskDefinitionRequest(
            family: family, taskRoleArn: request.taskRoleARN ?? old?.taskRoleArn, executionRoleArn: role,
            networkMode: .awsvpc, containerDefinitions: [definition(container, realm)],
            requiresCompatibilities: [.fargate],
            cpu: request.cpu ?? old?.cpu ?? ExpressTaskDefinition.defaultCPU,
            memory: request.memory ?? old?.memory ?? ExpressTaskDefinition.defaultMemory,
            runtimePlatform: ECS.RuntimePlatform(
                cpuArchitecture: architecture ?? old?.runtimePlatform?.cpuArchitecture ?? .x8664,
                operatingSystemFamily: .linux))
    }

    private func definition(_ container: ECS.ExpressGatewayContainer, _ realm: Realm) -> ECS.ContainerDefinition {
        let port = container.containerPort ?? ExpressTaskDefinition.defaultPort
        var definition = ECS.ContainerDefinition(
            name: ExpressTaskDefinition.containerName, image: container.image,
            portMappings: [
                ECS.PortMapping(containerPort: port, protocol: .tcp, name: "main-\(port)-tcp", appProtocol: .http)
            ],
            command: container.command, environment: container.environment, secrets: container.secrets)
        definition.repositoryCredentials = container.repositoryCredentials?.credentialsParameter.map {
            ECS.RepositoryCredentials(credentialsParameter: $0)
        }
        let logs = container.awsLogsConfiguration
        definition.logConfiguration = ECS.LogConfiguration(
            logDriver: .awslogs,
            options: [
                "awslogs-group": logs?.logGroup ?? "/aws/ecs/\(cluster)/\(service)",
                "awslogs-region": realm.region, "awslogs-stream-prefix": logs?.logStreamPrefix ?? "ecs",
            ])
        return definition
    }
}

extension ECS.TaskDefinition {
    /// The container that gets the traffic, in the form in which Express services speak of it.
    var primaryContainer: ECS.ExpressGatewayContainer? {
        guard let main = containers.first(where: { $0.name == ExpressTaskDefinition.containerName }) else { return nil }
        let options = main.logConfiguration?.options ?? [:]
        var container = ECS.ExpressGatewayContainer(image: main.image ?? "")
        container.containerPort = main.mappings.first?.containerPort
        container.awsLogsConfiguration = options["awslogs-group"].map { group in
            ECS.ExpressGatewayServiceAwsLogsConfiguration(
                logGroup: group, logStreamPrefix: options["awslogs-stream-prefix"] ?? "")
        }
        container.repositoryCredentials = main.repositoryCredentials.map {
            ECS.ExpressGatewayRepositoryCredentials(credentialsParameter: $0.credentialsParameter)
        }
        container.command = main.command
        container.environment = main.environment
        container.secrets = main.secrets
        return container
    }
}
