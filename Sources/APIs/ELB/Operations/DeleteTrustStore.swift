import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a trust store that no listener uses, with its revocation lists.
/// Source: Elastic Load Balancing API Reference, DeleteTrustStore.
struct DeleteTrustStore: Operation {
    static let model = ELB.Operations.deleteTrustStore

    func access(
        _ input: ELB.DeleteTrustStoreInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn)
    }

    func perform(
        _ input: ELB.DeleteTrustStoreInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.DeleteTrustStoreOutput {
        let record = try tx.snapshot.trustStore(arn: input.trustStoreArn)
        guard tx.snapshot.listeners(verifyingAgainst: record.key).isEmpty else {
            throw .trustStoreInUse("Trust store '\(input.trustStoreArn)' is currently in use by a listener")
        }
        for list in tx.snapshot.revocations(of: record.key) { tx.delete(list.key) }
        tx.delete(record.key)
        return ELB.DeleteTrustStoreOutput()
    }
}
