import APIPipeline
import AWSModels
import AWSWire
import State

/// The versions of a parameter, oldest first.
/// Source: Systems Manager API Reference, GetParameterHistory.
struct GetParameterHistory: ReadOperation {
    static let model = SSM.Operations.getParameterHistory

    func access(
        _ input: SSM.GetParameterHistoryRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.name], tx.snapshot)
    }

    func read(
        _ input: SSM.GetParameterHistoryRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SSM.GetParameterHistoryResult {
        let record = try snapshot.parameter(input.name)
        let paging = try Paging.ssm(input.nextToken, input.maxResults, default: 50, maximum: 50)
        let page = paging.page { after, body in
            for version in record.versions where version.number > after.flatMap({ Int($0) }) ?? 0 {
                guard body(String(version.number), version) else { return }
            }
        }
        let isDecrypted = input.withDecryption ?? false
        let history = page.items.map { version in
            SSM.ParameterHistory(
                name: record.name, type: record.type, keyId: record.keyID, lastModifiedDate: version.modifiedAt,
                lastModifiedUser: version.modifiedBy, description: version.description,
                value: record.shownValue(of: version, isDecrypted: isDecrypted, snapshot),
                allowedPattern: version.allowedPattern, version: version.number, labels: version.labels,
                tier: record.tier, policies: [], dataType: record.dataType)
        }
        return SSM.GetParameterHistoryResult(parameters: history, nextToken: page.nextToken)
    }
}
