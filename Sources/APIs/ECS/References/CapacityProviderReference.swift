import AWSModels
import AWSWire
import State

/// A capacity provider as a request names it: by name or by ARN.
enum CapacityProviderReference {
    /// The name of the provider meant, whether or not it exists.
    /// - Throws: `InvalidParameterException` for what can be no capacity provider.
    static func name(_ text: String, _ realm: Realm) throws(WireError) -> String {
        let name = text.hasPrefix("arn:") ? try resource(ofARN: text, "capacity-provider", realm) : text
        guard Names.isName(name) else { throw .invalidParameter("Invalid capacity provider: \(text)") }
        return name
    }

    /// The ARN of what is meant, whether or not it exists.
    static func arn(_ text: String, _ realm: Realm) throws(WireError) -> String {
        realm.ecs("capacity-provider/\(try name(text, realm))")
    }

    /// The provider meant that is to be changed or deleted.
    /// - Parameter cluster: the request's cluster, which only providers of Managed Instances have.
    /// - Throws: `ClientException` when there is none, or when it is Fargate's.
    static func changeable(
        _ text: String, cluster: String?, _ snapshot: Snapshot
    ) throws(WireError) -> CapacityProviderRecord {
        guard let provider = snapshot.capacityProvider(try name(text, snapshot.realm)) else {
            throw .client("The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
        }
        guard !provider.isFargate else {
            throw .client("The specified capacity provider is reserved and cannot be changed or deleted.")
        }
        if let cluster, !cluster.isEmpty {
            let name = try ClusterReference.active(cluster, in: snapshot).name
            guard provider.cluster == name else {
                throw .invalidParameter(
                    "The specified capacity provider does not belong to the cluster \(name). Only capacity providers "
                        + "of Amazon ECS Managed Instances belong to a cluster.")
            }
        }
        return provider
    }
}
