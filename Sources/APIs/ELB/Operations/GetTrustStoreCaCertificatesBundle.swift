import APIPipeline
import AWSModels
import AWSWire
import State

/// Tells where the certificates of a trust store can be fetched. It writes nothing, but needs chance.
/// Source: Elastic Load Balancing API Reference, GetTrustStoreCaCertificatesBundle.
struct GetTrustStoreCaCertificatesBundle: Operation {
    static let model = ELB.Operations.getTrustStoreCaCertificatesBundle

    func access(
        _ input: ELB.GetTrustStoreCaCertificatesBundleInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn)
    }

    func perform(
        _ input: ELB.GetTrustStoreCaCertificatesBundleInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.GetTrustStoreCaCertificatesBundleOutput {
        let store = try tx.snapshot.trustStore(arn: input.trustStoreArn)
        let location = TrustStoreLink.make(
            call.endpoint, store.key, revocation: nil, tx.snapshot.vault, &context)
        return ELB.GetTrustStoreCaCertificatesBundleOutput(location: location)
    }
}
