import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes what uses a trust store: listeners.
/// Source: Elastic Load Balancing API Reference, DescribeTrustStoreAssociations.
struct DescribeTrustStoreAssociations: ReadOperation {
    static let model = ELB.Operations.describeTrustStoreAssociations

    func access(
        _ input: ELB.DescribeTrustStoreAssociationsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn)
    }

    func read(
        _ input: ELB.DescribeTrustStoreAssociationsInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeTrustStoreAssociationsOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let record = try snapshot.trustStore(arn: input.trustStoreArn)
        let page = paging.page(of: snapshot.listeners(verifyingAgainst: record.key)) { $0.key.path }
        return ELB.DescribeTrustStoreAssociationsOutput(
            trustStoreAssociations: page.items.map { ELB.TrustStoreAssociation(resourceArn: $0.arn(snapshot.realm)) },
            nextMarker: page.nextToken)
    }
}
