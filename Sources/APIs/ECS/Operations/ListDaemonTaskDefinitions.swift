import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists revisions of one status (ACTIVE by default) or of all, by family and revision, up or down.
/// Source: Amazon ECS API Reference, ListDaemonTaskDefinitions.
struct ListDaemonTaskDefinitions: ReadOperation {
    static let model = ECS.Operations.listDaemonTaskDefinitions

    func access(
        _ input: ECS.ListDaemonTaskDefinitionsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListDaemonTaskDefinitions", "*")]
    }

    func read(
        _ input: ECS.ListDaemonTaskDefinitionsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListDaemonTaskDefinitionsResponse {
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let walk = try Walk(input, snapshot)
        let (summaries, token) = paging.page { after, body in
            walk.forEach(after: after) { key, record in
                guard matches(record, input, snapshot) else { return true }
                return body(key, ECS.DaemonTaskDefinitionSummary(record, snapshot.realm))
            }
        }
        return ECS.ListDaemonTaskDefinitionsResponse(daemonTaskDefinitions: summaries, nextToken: token)
    }

    private func matches(
        _ record: DaemonTaskDefinitionRecord, _ input: ECS.ListDaemonTaskDefinitionsRequest, _ snapshot: Snapshot
    ) -> Bool {
        if let prefix = input.familyPrefix, !record.family.hasPrefix(prefix) { return false }
        guard input.revision == .lastRegistered else { return true }
        let family = snapshot.get(DaemonTaskDefinitionFamilyRecord.key(record.family))
        return family?.latestRevision == record.revision
    }

    /// A part of one of the two indexes, in the order that was asked for.
    private struct Walk {
        let table: Table<DaemonTaskDefinitionRecord>
        let index: IndexName
        let prefix: String
        let isDescending: Bool

        init(_ input: ECS.ListDaemonTaskDefinitionsRequest, _ snapshot: Snapshot) throws(WireError) {
            let family = input.family ?? ""
            guard family.isEmpty || Names.isName(family) else { throw .invalidParameter("Invalid family: \(family)") }
            let status = input.status ?? .active
            index = status == .all ? .daemonTaskDefinitionByFamily : .daemonTaskDefinitionByStatus
            prefix = "\(status.rawValue)/" + (family.isEmpty ? "" : "\(family) /")
            table = snapshot.table(DaemonTaskDefinitionRecord.self)
            isDescending = input.sort == .desc
        }

        /// Calls `body` with the rest of a record's place in the index, which is where a page goes on.
        func forEach(after: String?, _ body: (String, DaemonTaskDefinitionRecord) -> Bool) {
            func visit(_ record: DaemonTaskDefinitionRecord) -> Bool {
                let place =
                    index == .daemonTaskDefinitionByFamily
                    ? DaemonTaskDefinitionRecord.place(record.family)
                    : DaemonTaskDefinitionRecord.place(record.status, record.family)
                return body(String((place + record.key.path).dropFirst(prefix.count)), record)
            }
            if isDescending {
                table.forEachReversed(index, prefix: prefix, before: after, visit)
            } else {
                table.forEach(index, prefix: prefix, after: after, visit)
            }
        }
    }
}
