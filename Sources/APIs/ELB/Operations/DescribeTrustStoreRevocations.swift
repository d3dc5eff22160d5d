import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the revocation lists of a trust store, those of some numbers or all in pages.
/// Source: Elastic Load Balancing API Reference, DescribeTrustStoreRevocations.
struct DescribeTrustStoreRevocations: ReadOperation {
    static let model = ELB.Operations.describeTrustStoreRevocations

    func access(
        _ input: ELB.DescribeTrustStoreRevocationsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn)
    }

    func read(
        _ input: ELB.DescribeTrustStoreRevocationsInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeTrustStoreRevocationsOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let record = try snapshot.trustStore(arn: input.trustStoreArn)
        var found: [TrustStoreRevocationRecord] = []
        for id in Set(input.revocationIds ?? []).sorted() { found.append(try snapshot.revocation(id, of: record)) }
        if found.isEmpty { found = snapshot.revocations(of: record.key) }
        let page = paging.page(of: found) { $0.key.path }
        return ELB.DescribeTrustStoreRevocationsOutput(
            trustStoreRevocations: page.items.map { list in
                ELB.DescribeTrustStoreRevocation(
                    trustStoreArn: input.trustStoreArn, revocationId: list.id, revocationType: .crl,
                    numberOfRevokedEntries: list.entryCount)
            }, nextMarker: page.nextToken)
    }
}
