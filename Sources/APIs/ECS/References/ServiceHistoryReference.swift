import AWSModels
import AWSWire
import State

/// A service deployment or service revision as a request names it: only ever by its ARN.
struct ServiceHistoryReference {
    let arn: String
    let cluster: String
    let service: String
    let id: String

    /// - Parameter type: `service-deployment` or `service-revision`.
    /// - Throws: `InvalidParameterException` for anything but such an ARN of this region and account.
    init(_ text: String, _ type: String, _ realm: Realm) throws(WireError) {
        let rest = try resource(ofARN: text, type, realm)
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty }) else {
            throw .invalidParameter("Invalid identifier: \(text)")
        }
        arn = text
        (cluster, service, id) = (parts[0], parts[1], parts[2])
    }

    /// Reads a list of ARNs.
    /// - Parameter noun: the list as ECS names it.
    static func list(
        _ texts: [String], _ type: String, _ noun: String, _ realm: Realm
    ) throws(WireError) -> [ServiceHistoryReference] {
        try Lists.check(noun, texts.count, maximum: 20)
        var references: [ServiceHistoryReference] = []
        for text in texts { references.append(try ServiceHistoryReference(text, type, realm)) }
        return references
    }

    /// The service deployment meant.
    /// - Throws: `ServiceDeploymentNotFoundException` when there is none.
    func deployment(in snapshot: Snapshot) throws(WireError) -> ServiceDeploymentRecord {
        guard let record = snapshot.get(ServiceDeploymentRecord.key(cluster, service, id)) else {
            throw .serviceDeploymentNotFound("The service deployment does not exist.")
        }
        return record
    }
}
