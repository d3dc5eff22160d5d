import AWSWire
import NodeLink

/// What the agent tells of itself and its tasks on its machine.
/// Source: amazon-ecs-agent, ecs-agent/introspection. Observed: Fixtures/introspection-*.json.
struct Introspection: Sendable {
    let cluster: String
    /// Empty until it is registered.
    let containerInstanceARN: String
    /// In a fixed order.
    let tasks: [TaskMachine]

    static let paths = ["/v1/metadata", "/v1/tasks", "/license"]

    /// Which containers have to be asked about: nil when `path` needs none.
    static func needsContainers(_ path: String) -> Bool { path == "/v1/tasks" }

    func answer(_ path: String, query: String, _ sights: [String: ContainerSight]) -> EndpointResponse {
        switch path {
        case "/v1/metadata": .json(200, metadata)
        case "/v1/tasks": tasks(QueryForm(query: query), sights)
        case "/license": .text(200, "Roost is licensed under the Apache License, version 2.0.\n")
        // As the official one, it tells whoever asks for anything else what there is.
        default: .json(200, ["AvailableCommands": .array(Introspection.paths.map { .string($0) })])
        }
    }

    private var metadata: JSONValue {
        [
            "Cluster": .string(cluster),
            "ContainerInstanceArn": containerInstanceARN.isEmpty ? .null : .string(containerInstanceARN),
            "Version": .string("Amazon ECS Agent - v\(SessionQuery.agentVersion) (\(SessionQuery.agentHash))"),
        ]
    }

    private func tasks(_ form: QueryForm, _ sights: [String: ContainerSight]) -> EndpointResponse {
        if let id = form.value("dockerid") {
            let found = tasks.filter { task in task.containers.contains { $0.id?.hasPrefix(id) == true } }
            // Half an id may mean several.
            return found.count == 1 && !id.isEmpty ? .json(200, shown(found[0], sights)) : .json(404, .object([]))
        }
        if let arn = form.value("taskarn") {
            let found = tasks.first { $0.arn == arn }
            return found.map { .json(200, shown($0, sights)) } ?? .json(404, .object([]))
        }
        return .json(200, ["Tasks": .array(tasks.map { shown($0, sights) })])
    }

    private func shown(_ task: TaskMachine, _ sights: [String: ContainerSight]) -> JSONValue {
        [
            "Arn": .string(task.arn), "DesiredStatus": .string(task.isStopRequested ? "STOPPED" : "RUNNING"),
            "KnownStatus": .string(task.knownStatus), "Family": .string(task.task.family ?? ""),
            "Version": .string(task.task.version ?? ""),
            "Containers": .array(task.containers.filter { $0.id != nil }.map { shown($0, sights, task.interface) }),
        ]
    }

    private func shown(
        _ container: ContainerMachine, _ sights: [String: ContainerSight], _ interface: TaskInterface?
    ) -> JSONValue {
        let sight = sights[container.id ?? ""] ?? ContainerSight(.null)
        var value = JSONValue.object([])
        value["DockerId"] = .string(container.id ?? "")
        value["DockerName"] = .string(container.engineName)
        value["Name"] = .string(container.name)
        value["Image"] = .string(container.definition.image ?? "")
        value["ImageID"] = .string(sight.imageID ?? "")
        value["CreatedAt"] = sight.createdAt.map { .string($0) }
        value["StartedAt"] = sight.startedAt.map { .string($0) }
        value["Ports"] = sight.ports(withAddress: false)
        value["Networks"] = interface?.networks(version: 1)
        value["Volumes"] = sight.volumes
        if container.definition.restartPolicy?.enabled == true {
            value["RestartCount"] = .int(Int64(container.restartCount))
        }
        return value
    }
}
