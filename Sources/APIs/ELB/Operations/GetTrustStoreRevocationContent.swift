import APIPipeline
import AWSModels
import AWSWire
import State

/// Tells where a revocation list of a trust store can be fetched. It writes nothing, but needs chance.
/// Source: Elastic Load Balancing API Reference, GetTrustStoreRevocationContent.
struct GetTrustStoreRevocationContent: Operation {
    static let model = ELB.Operations.getTrustStoreRevocationContent

    func access(
        _ input: ELB.GetTrustStoreRevocationContentInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn)
    }

    func perform(
        _ input: ELB.GetTrustStoreRevocationContentInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.GetTrustStoreRevocationContentOutput {
        let store = try tx.snapshot.trustStore(arn: input.trustStoreArn)
        let list = try tx.snapshot.revocation(input.revocationId, of: store)
        let location = TrustStoreLink.make(
            call.endpoint, store.key, revocation: list.id, tx.snapshot.vault, &context)
        return ELB.GetTrustStoreRevocationContentOutput(location: location)
    }
}
