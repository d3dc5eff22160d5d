import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes trust stores, named by ARN or by name, or all in pages.
/// Source: Elastic Load Balancing API Reference, DescribeTrustStores.
struct DescribeTrustStores: ReadOperation {
    static let model = ELB.Operations.describeTrustStores

    func access(
        _ input: ELB.DescribeTrustStoresInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeTrustStoresInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeTrustStoresOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let (arns, names) = (input.trustStoreArns ?? [], input.names ?? [])
        guard arns.isEmpty || names.isEmpty else {
            throw .validationError("Trust store ARNs and names cannot be specified together")
        }
        try checkCount(max(arns.count, names.count), "TrustStoreArns and Names")
        var found: [TrustStoreRecord] = []
        for arn in arns { found.append(try snapshot.trustStore(arn: arn)) }
        for name in names {
            guard let record = snapshot.list(TrustStoreRecord.self, prefix: name + "/").first else {
                throw .trustStoreNotFound("Trust store '\(name)' not found")
            }
            found.append(record)
        }
        if arns.isEmpty, names.isEmpty { found = snapshot.list(TrustStoreRecord.self) }
        let page = paging.page(of: found.sorted { $0.key < $1.key }) { $0.key.path }
        return ELB.DescribeTrustStoresOutput(
            trustStores: page.items.map { ELB.TrustStore($0, in: snapshot) }, nextMarker: page.nextToken)
    }
}
