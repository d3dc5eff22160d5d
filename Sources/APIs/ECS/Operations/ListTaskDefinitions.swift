import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists revisions of one status (ACTIVE by default), by family and revision, up or down. The member `familyPrefix`
/// is the whole name of a family here.
/// Source: Amazon ECS API Reference, ListTaskDefinitions. Observed: a prefix of a name finds nothing.
struct ListTaskDefinitions: ReadOperation {
    static let model = ECS.Operations.listTaskDefinitions

    func access(
        _ input: ECS.ListTaskDefinitionsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListTaskDefinitions", "*")]
    }

    func read(
        _ input: ECS.ListTaskDefinitionsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListTaskDefinitionsResponse {
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let status = input.status ?? .active
        let all = "\(status.rawValue)/"
        let place = try family(input.familyPrefix).map { TaskDefinitionRecord.place(status, $0) }
        let (arns, token) = paging.page { after, body in
            walk(place ?? all, isDescending: input.sort == .desc, after: after, snapshot) { key, record in
                body(key, record.arn(snapshot.realm))
            }
        }
        return ECS.ListTaskDefinitionsResponse(taskDefinitionArns: arns, nextToken: token)
    }

    /// Walks a part of the index by status. The key of a record is the rest of its place in the index.
    private func walk(
        _ prefix: String, isDescending: Bool, after: String?, _ snapshot: Snapshot,
        _ body: (String, TaskDefinitionRecord) -> Bool
    ) {
        func visit(_ record: TaskDefinitionRecord) -> Bool {
            let place = TaskDefinitionRecord.place(record.status, record.family) + record.key.path
            return body(String(place.dropFirst(prefix.count)), record)
        }
        let table = snapshot.table(TaskDefinitionRecord.self)
        if isDescending {
            table.forEachReversed(.taskDefinitionByStatus, prefix: prefix, before: after, visit)
        } else {
            table.forEach(.taskDefinitionByStatus, prefix: prefix, after: after, visit)
        }
    }

    private func family(_ name: String?) throws(WireError) -> String? {
        guard let name, !name.isEmpty else { return nil }
        guard Names.isName(name) else { throw .invalidParameter("Invalid family: \(name)") }
        return name
    }
}
