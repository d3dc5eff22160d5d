import AWSModels
import AWSWire
import State

/// What a cluster's capacity providers attach to it: the scaling policy and the termination hook of their groups.
///
/// They are `PRECREATED`, and name no policy and no hook, until there is an Auto Scaling API that could make them.
/// Source: Amazon ECS API Reference, Cluster (attachments).
func clusterAttachments(_ cluster: ClusterRecord, in snapshot: Snapshot) -> [ECS.Attachment] {
    cluster.capacityProviders.flatMap { name -> [ECS.Attachment] in
        guard let group = snapshot.capacityProvider(name)?.autoScalingGroupProvider else { return [] }
        var types: [String] = []
        if group.managedScaling?.status == .enabled { types.append("as_policy") }
        if group.managedDraining == .enabled { types.append("managed_draining") }
        return types.map { type in
            ECS.Attachment(
                id: attachmentID(cluster.name, name, type), type: type, status: "PRECREATED",
                details: [ECS.KeyValuePair(name: "capacityProviderName", value: name)])
        }
    }
}

/// An id in the form of a UUID that an attachment keeps as long as it is there.
private func attachmentID(_ cluster: String, _ provider: String, _ type: String) -> String {
    let digits = Array(SHA256Digest.hex(of: Array("\(cluster)/\(provider)/\(type)".utf8)))
    let groups = [digits[0..<8], digits[8..<12], digits[12..<16], digits[16..<20], digits[20..<32]]
    return groups.map { String($0) }.joined(separator: "-")
}
