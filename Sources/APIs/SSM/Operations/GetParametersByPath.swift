import APIPipeline
import AWSModels
import AWSWire
import State

/// The parameters below a path.
/// Source: Systems Manager API Reference, GetParametersByPath.
struct GetParametersByPath: ReadOperation {
    static let model = SSM.Operations.getParametersByPath

    func access(
        _ input: SSM.GetParametersByPathRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.path], tx.snapshot)
    }

    func read(
        _ input: SSM.GetParametersByPathRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SSM.GetParametersByPathResult {
        guard input.path.hasPrefix("/") else {
            throw .validation(
                "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a "
                    + "forward slash \"/\".")
        }
        let prefix = input.path.hasSuffix("/") ? input.path : input.path + "/"
        let isRecursive = input.recursive ?? false
        let filters = try ParameterFilters(input.parameterFilters)
        let paging = try Paging.ssm(input.nextToken, input.maxResults, default: 10, maximum: 10)
        let page = paging.page { after, body in
            snapshot.table(ParameterRecord.self).forEach(prefix: prefix, after: after) { record in
                guard isRecursive || !record.name.dropFirst(prefix.count).contains("/"), filters.matches(record) else {
                    return true
                }
                return body(record.name, record)
            }
        }
        let isDecrypted = input.withDecryption ?? false
        return SSM.GetParametersByPathResult(
            parameters: page.items.map { $0.shown($0.latest, selector: nil, isDecrypted: isDecrypted, snapshot) },
            nextToken: page.nextToken)
    }
}
