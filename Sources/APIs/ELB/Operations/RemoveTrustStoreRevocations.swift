import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes revocation lists from a trust store. Their numbers do not come again.
/// Source: Elastic Load Balancing API Reference, RemoveTrustStoreRevocations.
struct RemoveTrustStoreRevocations: Operation {
    static let model = ELB.Operations.removeTrustStoreRevocations

    func access(
        _ input: ELB.RemoveTrustStoreRevocationsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn)
    }

    func perform(
        _ input: ELB.RemoveTrustStoreRevocationsInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.RemoveTrustStoreRevocationsOutput {
        let store = try tx.snapshot.trustStore(arn: input.trustStoreArn)
        for id in Set(input.revocationIds).sorted() {
            let list = try tx.snapshot.revocation(id, of: store)
            tx.delete(list.key)
        }
        return ELB.RemoveTrustStoreRevocationsOutput()
    }
}
