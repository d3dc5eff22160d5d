import AWSModels
import AWSWire
import State

/// A service as a request names it: by name or ARN.
enum ServiceReference {
    /// The service meant, whatever its status.
    /// - Throws: `ServiceNotFoundException` when there is none.
    static func find(_ text: String, _ cluster: String, _ snapshot: Snapshot) throws(WireError) -> ServiceRecord {
        let name = try member(text, "service", of: cluster, snapshot.realm)
        guard let service = snapshot.get(ServiceRecord.key(cluster, name)) else {
            throw .serviceNotFound("Service not found.")
        }
        return service
    }

    /// The cluster and the name in an ARN, for operations that get nothing else.
    /// - Throws: `InvalidParameterException` for what is no ARN of a service in a cluster.
    static func parts(ofARN text: String, _ realm: Realm) throws(WireError) -> (cluster: String, name: String) {
        let parts = try resource(ofARN: text, "service", realm).split(
            separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw .invalidParameter("Invalid identifier: \(text)") }
        return (String(parts[0]), String(parts[1]))
    }

    /// The ARN of what is meant, whether or not it exists.
    static func arn(_ text: String, _ cluster: String, _ realm: Realm) throws(WireError) -> String {
        realm.ecs("service/\(cluster)/\(try member(text, "service", of: cluster, realm))")
    }
}
