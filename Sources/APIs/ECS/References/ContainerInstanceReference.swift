import AWSModels
import AWSWire
import State

/// A container instance as a request names it: by its id or its ARN.
enum ContainerInstanceReference {
    /// The registered instance meant.
    /// - Throws: `InvalidParameterException` when the cluster has none of that name, or not any more.
    static func registered(
        _ text: String, _ cluster: String, in snapshot: Snapshot
    ) throws(WireError) -> ContainerInstanceRecord {
        let id = try member(text, "container-instance", of: cluster, snapshot.realm)
        guard let instance = snapshot.get(ContainerInstanceRecord.key(cluster, id)), instance.status != .inactive else {
            throw .invalidParameter("Container instance not found.")
        }
        return instance
    }
}
