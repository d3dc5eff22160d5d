import AWSModels
import AWSWire
import State

/// A cluster as a request names it: by name, by ARN, or not at all.
enum ClusterReference {
    /// The name of the cluster meant: `default` when the member is absent or empty.
    /// - Throws: `InvalidParameterException` for what can be no cluster.
    static func name(_ text: String?, _ realm: Realm) throws(WireError) -> String {
        guard let text, !text.isEmpty else { return "default" }
        let name = text.hasPrefix("arn:") ? try resource(ofARN: text, "cluster", realm) : text
        guard Names.isName(name) else { throw .invalidParameter("Invalid cluster name: \(name)") }
        return name
    }

    /// The ACTIVE cluster meant.
    /// - Throws: `ClusterNotFoundException` when there is none.
    static func active(_ text: String?, in snapshot: Snapshot) throws(WireError) -> ClusterRecord {
        let name = try name(text, snapshot.realm)
        guard let cluster = snapshot.get(ClusterRecord.key(name)) else { throw .clusterNotFound("Cluster not found.") }
        guard cluster.status == .active else { throw .clusterNotFound("The referenced cluster was inactive.") }
        return cluster
    }
}

/// What follows the resource type in an ECS ARN of this region and account.
/// - Parameter type: for example `cluster`.
/// - Throws: `InvalidParameterException` when the ARN is of another kind or place.
func resource(ofARN text: String, _ type: String, _ realm: Realm) throws(WireError) -> String {
    let expected = realm.ecs(type + "/")
    if text.hasPrefix(expected) { return String(text.utf8.dropFirst(expected.utf8.count)) ?? "" }
    guard let arn = ARN(text), arn.service == "ecs", arn.resource.hasPrefix(type + "/") else {
        throw .invalidParameter("Invalid identifier: \(text)")
    }
    guard arn.region == realm.region else { throw .invalidParameter("Region not valid: \(arn.region)") }
    guard arn.account == realm.account else { throw .invalidParameter("Account ID not valid: \(arn.account)") }
    return String(arn.resource.dropFirst(type.count + 1))
}

/// The last part of a reference to something inside a cluster: a short name, or an ARN
/// (`arn:…:TYPE/CLUSTER/NAME`) that names the same cluster.
/// - Throws: `InvalidParameterException` in ECS's words when the ARN names another cluster.
func member(_ text: String, _ type: String, of cluster: String, _ realm: Realm) throws(WireError) -> String {
    let expected = realm.ecs("\(type)/\(cluster)/").utf8
    let rest = text.utf8.dropFirst(expected.count)
    // Nearly all are in order, and there may be a hundred of them.
    if text.utf8.starts(with: expected), !rest.contains(UInt8(ascii: "/")) { return String(Substring(rest)) }
    guard text.utf8.starts(with: "arn:".utf8) else { return text }
    let parts = try resource(ofARN: text, type, realm).split(separator: "/", omittingEmptySubsequences: false)
    // ARNs of the time before they named their cluster are still understood.
    if parts.count == 1 { return String(parts[0]) }
    guard parts.count == 2 else { throw .invalidParameter("Invalid identifier: \(text)") }
    guard parts[0] == cluster else {
        throw .invalidParameter("Identifier is for cluster \(parts[0]). Your cluster is \(cluster)")
    }
    return String(parts[1])
}
