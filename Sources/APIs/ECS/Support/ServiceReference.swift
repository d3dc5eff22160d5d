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

    /// The ARN of what is meant, whether or not it exists.
    static func arn(_ text: String, _ cluster: String, _ realm: Realm) throws(WireError) -> String {
        realm.ecs("service/\(cluster)/\(try member(text, "service", of: cluster, realm))")
    }
}
