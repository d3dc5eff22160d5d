import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists families whose names begin with a prefix. A family is ACTIVE with an ACTIVE revision, INACTIVE with INACTIVE
/// ones only; families whose revisions are all deleted are not listed.
/// Source: Amazon ECS API Reference, ListTaskDefinitionFamilies.
struct ListTaskDefinitionFamilies: ReadOperation {
    static let model = ECS.Operations.listTaskDefinitionFamilies

    func access(
        _ input: ECS.ListTaskDefinitionFamiliesRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListTaskDefinitionFamilies", "*")]
    }

    func read(
        _ input: ECS.ListTaskDefinitionFamiliesRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListTaskDefinitionFamiliesResponse {
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        let table = snapshot.table(TaskDefinitionFamilyRecord.self)
        let (families, token) = paging.page { after, body in
            table.forEach(startingWith: input.familyPrefix ?? "", after: after) { family in
                guard matches(family.family, input.status ?? .all, snapshot) else { return true }
                return body(family.key.path, family.family)
            }
        }
        return ECS.ListTaskDefinitionFamiliesResponse(families: families, nextToken: token)
    }

    private func matches(
        _ family: String, _ status: ECS.TaskDefinitionFamilyStatus, _ snapshot: Snapshot
    ) -> Bool {
        func has(_ status: ECS.TaskDefinitionStatus) -> Bool {
            let place = TaskDefinitionRecord.place(status, family)
            return snapshot.count(TaskDefinitionRecord.self, .taskDefinitionByStatus, prefix: place) > 0
        }
        switch status {
        case .active: return has(.active)
        case .inactive: return !has(.active) && has(.inactive)
        case .all: return has(.active) || has(.inactive)
        }
    }
}
