import AWSModels
import AWSWire
import State

/// A task set as a request names it: `ecs-svc/` and digits, the digits alone, or the ARN.
enum TaskSetReference {
    /// The key of the task set meant.
    /// - Throws: `InvalidParameterException` for an ARN of another service, cluster or place.
    static func key(_ text: String, _ service: ServiceRecord, _ realm: Realm) throws(WireError) -> Key<TaskSetRecord> {
        var rest = text
        if text.hasPrefix("arn:") {
            rest = try resource(ofARN: text, "task-set", realm)
            let scope = "\(service.cluster)/\(service.name)/"
            guard rest.hasPrefix(scope) else {
                throw .invalidParameter("Identifier \(text) is for another service than \(service.name).")
            }
            rest = String(rest.dropFirst(scope.count))
        }
        if rest.hasPrefix("ecs-svc/") { rest = String(rest.dropFirst("ecs-svc/".count)) }
        guard Names.isName(rest) else { throw .invalidParameter("Invalid task set: \(text)") }
        return TaskSetRecord.key(service.cluster, service.name, rest)
    }

    /// The task set meant, in an active service of a deployment controller that has such.
    /// - Throws: `TaskSetNotFoundException` when there is none.
    static func find(_ text: String, _ service: ServiceRecord, _ snapshot: Snapshot) throws(WireError) -> TaskSetRecord
    {
        guard let set = snapshot.get(try key(text, service, snapshot.realm)) else {
            throw .taskSetNotFound("The specified task set was not found. Specify a valid task set and try again.")
        }
        return set
    }

    /// The service a request about task sets means.
    /// - Throws: `ServiceNotFoundException`, `ServiceNotActiveException`, and `InvalidParameterException` for a service
    ///   whose deployments ECS makes.
    static func service(
        _ text: String, _ cluster: String, _ snapshot: Snapshot, isExternal: Bool = true
    ) throws(WireError) -> ServiceRecord {
        let cluster = try ClusterReference.active(cluster, in: snapshot).name
        let service = try ServiceReference.find(text, cluster, snapshot)
        guard service.status == .active else { throw .serviceNotActive("Service was not ACTIVE.") }
        guard !isExternal || service.deploymentController == .external else {
            throw .invalidParameter(
                "Task sets can only be managed for services with the EXTERNAL deployment controller, but the service "
                    + "\(service.name) uses \(service.deploymentController.rawValue).")
        }
        return service
    }

    /// The resource that permission is asked for.
    static func accessResource(
        _ taskSet: String, _ service: String, _ cluster: String, _ realm: Realm
    ) throws(WireError) -> String {
        let name = try ClusterReference.name(cluster, realm)
        let id =
            taskSet.hasPrefix("arn:") ? String(taskSet.split(separator: "/").suffix(2).joined(separator: "/")) : taskSet
        return realm.ecs("task-set/\(name)/\(try member(service, "service", of: name, realm))/\(id)")
    }
}
