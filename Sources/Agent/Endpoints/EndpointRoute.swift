import AWSWire

/// What a request to the endpoints of tasks asks for.
/// Source: amazon-ecs-agent, ecs-agent/tmds/handlers: the paths of v1 to v4 and of the agent's API.
enum EndpointRoute: Sendable, Equatable {
    /// The credentials of a role, by their id.
    case credentials(id: String?, version: Int)
    /// Metadata (version 3 or 4) of the container that `id` stands for, or of its task.
    case metadata(version: Int, id: String, Subject)
    /// Metadata by the caller's address (version 2): for tasks with a network interface of their own.
    case byAddress(AddressedSubject)
    /// Whether the container's task is protected from scale-in; with a body, a change of that.
    case protection(id: String)
    case unknown

    enum Subject: Sendable, Equatable {
        case container
        case containerStatistics
        case task
        case taskWithTags
        case taskStatistics
        case associations(type: String)
        case association(type: String, name: String)
    }

    /// What version 2 tells; containers by the engine's ids.
    enum AddressedSubject: Sendable, Equatable {
        case task
        case taskWithTags
        case container(id: String)
        case taskStatistics
        case containerStatistics(id: String)
    }

    /// - Parameters:
    ///   - path: still percent-encoded.
    ///   - query: what follows `?`.
    init(path: String, query: String = "") {
        let parts = path.split(separator: "/").map { part in
            String(decoding: PercentCoding.decode(part.utf8), as: UTF8.self)
        }
        switch parts.first {
        case "v1" where parts == ["v1", "credentials"]:
            self = .credentials(id: QueryForm(query: query).value("id"), version: 1)
        case "v2" where parts.count <= 3 && parts.dropFirst().first == "credentials":
            self = .credentials(id: parts.count == 3 ? parts[2] : nil, version: 2)
        case "v2": self = EndpointRoute.addressed(Array(parts.dropFirst())).map { .byAddress($0) } ?? .unknown
        case "v3" where parts.count > 1: self = EndpointRoute.metadata(3, Array(parts.dropFirst()))
        case "v4" where parts.count > 1: self = EndpointRoute.metadata(4, Array(parts.dropFirst()))
        case "api" where parts.count == 5 && Array(parts[2...]) == ["task-protection", "v1", "state"]:
            self = .protection(id: parts[1])
        default: self = .unknown
        }
    }

    private static func metadata(_ version: Int, _ parts: [String]) -> EndpointRoute {
        guard let subject = subject(Array(parts.dropFirst())) else { return .unknown }
        return .metadata(version: version, id: parts[0], subject)
    }

    private static func addressed(_ parts: [String]) -> AddressedSubject? {
        switch (parts.first, parts.count) {
        case ("metadata", 1): .task
        case ("metadata", 2): .container(id: parts[1])
        case ("metadataWithTags", 1): .taskWithTags
        case ("stats", 1): .taskStatistics
        case ("stats", 2): .containerStatistics(id: parts[1])
        default: nil
        }
    }

    private static func subject(_ parts: [String]) -> Subject? {
        switch parts {
        case []: .container
        case ["stats"]: .containerStatistics
        case ["task"]: .task
        case ["taskWithTags"]: .taskWithTags
        case ["task", "stats"]: .taskStatistics
        default:
            switch (parts.first, parts.count) {
            case ("associations", 2): .associations(type: parts[1])
            case ("associations", 3): .association(type: parts[1], name: parts[2])
            default: nil
            }
        }
    }
}
