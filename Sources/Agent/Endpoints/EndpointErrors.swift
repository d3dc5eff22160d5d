import AWSWire

/// What the endpoints answer when there is nothing to tell.
/// Source: amazon-ecs-agent, ecs-agent/tmds/handlers. Observed: Fixtures/endpoint-v4-unknown.json.
enum EndpointErrors {
    /// An id that no container of this agent has. Version 3 called it a bad request, version 4 says not found.
    static func unknown(_ version: Int, _ id: String, _ subject: EndpointRoute.Subject) -> EndpointResponse {
        let (handler, missing, looked) =
            switch subject {
            case .container: ("container metadata handler", "container ID", "docker ID")
            case .containerStatistics: ("container stats handler", "container ID", "docker ID")
            case .task, .taskWithTags: ("task metadata handler", "task arn", "task Arn")
            case .taskStatistics: ("task stats handler", "task arn", "task Arn")
            case .associations, .association: ("container associations handler", "container ID", "docker ID")
            }
        let why = "unable to get \(missing) from request: unable to get \(looked) from v3 endpoint ID: \(id)"
        return .foreign(version == 3 ? 400 : 404, .string("V\(version) \(handler): \(why)"))
    }

    /// An address that is no task's of this agent.
    static func unknownAddress(_ address: String) -> EndpointResponse {
        let text = "Unable to get task arn from request: unable to associate '\(address)' with task"
        return .foreign(400, .string(text))
    }

    /// A container that the caller's task does not have.
    static func unknownContainer(_ id: String) -> EndpointResponse {
        .json(400, .string("Unable to generate metadata for container '\(id)'"))
    }

    static func noStatistics(_ version: Int, _ container: ContainerMachine) -> EndpointResponse {
        let text = "V\(version) container stats handler: Unable to get container stats for: \(container.id ?? "")"
        return .json(version == 3 ? 400 : 404, .string(text))
    }

    static func noAssociation(_ version: Int, _ type: String, _ name: String) -> EndpointResponse {
        let text = "V\(version) container associations handler: unable to find association \(name) of type \(type)"
        return .json(version == 3 ? 400 : 404, .string(text))
    }

    /// What could not be had among the tags.
    static func tags(_ field: String, _ resource: String, _ error: any Error) -> JSONValue {
        let known = error as? WireError
        return [
            "ErrorField": .string(field), "ErrorCode": .string(known?.code ?? "RequestError"),
            "ErrorMessage": .string(known?.message ?? "the region did not answer"),
            "StatusCode": .int(Int64(known?.status ?? 500)), "ResourceARN": .string(resource),
        ]
    }

    static var unknownProtection: EndpointResponse {
        let refusal = TaskProtectionEndpoint.Refusal(
            status: 404, code: "ResourceNotFoundException", message: "Failed to find a task for the request")
        var response = TaskProtectionEndpoint.refuse("", refusal)
        response.isForeign = true
        return response
    }

    static func noRole(_ task: String) -> EndpointResponse {
        TaskProtectionEndpoint.refuse(
            task,
            TaskProtectionEndpoint.Refusal(
                status: 403, code: "AccessDeniedException",
                message: "Invalid Request: no task IAM role credentials available for task"))
    }

    static func noServer(_ task: String) -> EndpointResponse {
        TaskProtectionEndpoint.refuse(
            task,
            TaskProtectionEndpoint.Refusal(
                status: 504, code: "RequestCanceled", message: "Timed out calling Amazon ECS Task Protection API"))
    }
}
