import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists the attributes of the instances of a cluster, by instance and name, with a name or a name and value as
/// filter.
/// Source: Amazon ECS API Reference, ListAttributes.
struct ListAttributes: ReadOperation {
    static let model = ECS.Operations.listAttributes

    func access(
        _ input: ECS.ListAttributesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        return [AccessRequest("ecs:ListAttributes", tx.realm.ecs("cluster/\(cluster)"))]
    }

    func read(
        _ input: ECS.ListAttributesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListAttributesResponse {
        let cluster = try ClusterReference.active(input.cluster, in: snapshot).name
        guard input.attributeValue == nil || input.attributeName != nil else {
            throw .invalidParameter("attributeName must be specified when attributeValue is specified.")
        }
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let (attributes, token) = paging.page { after, body in
            walk(cluster, after: after, snapshot) { instance, attribute in
                guard matches(attribute, input) else { return true }
                let key = instance.key.path + "/" + attribute.name
                return body(key, ECS.Attribute(attribute, of: instance, snapshot.realm))
            }
        }
        return ECS.ListAttributesResponse(attributes: attributes, nextToken: token)
    }

    private func matches(_ attribute: ECS.Attribute, _ input: ECS.ListAttributesRequest) -> Bool {
        if let name = input.attributeName, attribute.name != name { return false }
        if let value = input.attributeValue, attribute.value != value { return false }
        return true
    }

    /// Walks all attributes that come after the place `after` (cluster, instance and attribute joined with `/`).
    private func walk(
        _ cluster: String, after: String?, _ snapshot: Snapshot,
        _ body: (ContainerInstanceRecord, ECS.Attribute) -> Bool
    ) {
        func visit(_ instance: ContainerInstanceRecord, after name: String = "") -> Bool {
            guard instance.status != .inactive else { return true }
            let attributes = instance.shownAttributes.sorted { $0.name < $1.name }
            return attributes.allSatisfy { $0.name <= name || body(instance, $0) }
        }
        let parts = (after ?? "").split(separator: "/", maxSplits: 2)
        let last = parts.count == 3 ? "\(cluster)/\(parts[1])" : nil
        if let last, let instance = snapshot.get(Key<ContainerInstanceRecord>(path: last)) {
            guard visit(instance, after: String(parts[2])) else { return }
        }
        snapshot.table(ContainerInstanceRecord.self).forEach(prefix: "\(cluster)/", after: last) { visit($0) }
    }
}
