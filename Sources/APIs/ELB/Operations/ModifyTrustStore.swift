import APIPipeline
import AWSModels
import AWSWire
import State

/// Replaces the certificates of a trust store. Its revocation lists stay.
/// Source: Elastic Load Balancing API Reference, ModifyTrustStore.
struct ModifyTrustStore: FetchingOperation {
    static let model = ELB.Operations.modifyTrustStore

    func access(
        _ input: ELB.ModifyTrustStoreInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn) + [input.bundle.access]
    }

    func fetch(
        _ input: ELB.ModifyTrustStoreInput, _ call: Call, _ snapshot: Snapshot,
        answer: @escaping @Sendable (Result<AuthorityBundle, WireError>) -> Void
    ) throws(WireError) {
        _ = try snapshot.trustStore(arn: input.trustStoreArn)
        try input.bundle.readBundle(call, answer: answer)
    }

    func perform(
        _ input: ELB.ModifyTrustStoreInput, with bundle: AuthorityBundle, _ call: Call,
        _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyTrustStoreOutput {
        var record = try tx.snapshot.trustStore(arn: input.trustStoreArn)
        (record.bundlePEM, record.certificateCount) = (bundle.pem, bundle.count)
        tx.put(record)
        return ELB.ModifyTrustStoreOutput(trustStores: [ELB.TrustStore(record, in: tx.snapshot)])
    }
}

extension ELB.ModifyTrustStoreInput {
    fileprivate var bundle: ObjectReference {
        ObjectReference(
            bucket: caCertificatesBundleS3Bucket, key: caCertificatesBundleS3Key,
            version: caCertificatesBundleS3ObjectVersion)
    }
}
