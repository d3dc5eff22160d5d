import APIPipeline
import AWSModels
import AWSWire
import State

/// What is known of parameters, without their values.
/// Source: Systems Manager API Reference, DescribeParameters.
struct DescribeParameters: ReadOperation {
    static let model = SSM.Operations.describeParameters

    func access(
        _ input: SSM.DescribeParametersRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ssm:DescribeParameters", "*")]
    }

    func read(
        _ input: SSM.DescribeParametersRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SSM.DescribeParametersResult {
        guard (input.filters ?? []).isEmpty || (input.parameterFilters ?? []).isEmpty else {
            throw .validation("You can use either Filters or ParameterFilters in a single request.")
        }
        // The older form knows three keys and compares whole values.
        let older = (input.filters ?? []).map { SSM.ParameterStringFilter(key: $0.key.rawValue, values: $0.values) }
        let filters = try ParameterFilters(older + (input.parameterFilters ?? []))
        let paging = try Paging.ssm(input.nextToken, input.maxResults, default: 50, maximum: 50)
        let page = paging.page { after, body in
            snapshot.table(ParameterRecord.self).forEach(after: after) { record in
                filters.matches(record) ? body(record.name, record) : true
            }
        }
        return SSM.DescribeParametersResult(
            parameters: page.items.map { $0.metadata(snapshot.realm) }, nextToken: page.nextToken)
    }
}

extension ParameterRecord {
    fileprivate func metadata(_ realm: Realm) -> SSM.ParameterMetadata {
        SSM.ParameterMetadata(
            name: name, arn: arn(realm), type: type, keyId: keyID, lastModifiedDate: latest.modifiedAt,
            lastModifiedUser: latest.modifiedBy, description: latest.description, allowedPattern: latest.allowedPattern,
            version: latest.number, tier: tier, policies: [], dataType: dataType)
    }
}
