import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes trust stores: there are none.
/// Source: Elastic Load Balancing API Reference, DescribeTrustStores.
/// Seam: No trust store can be created: the operations that would are not served.
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
        _ = try Paging(marker: input.marker, pageSize: input.pageSize)
        if let name = input.names?.first ?? input.trustStoreArns?.first {
            throw .trustStoreNotFound("Trust store '\(name)' not found")
        }
        return ELB.DescribeTrustStoresOutput(trustStores: [])
    }
}
