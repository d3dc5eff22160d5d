import APIPipeline
import AWSModels
import AWSWire
import State

/// Creates a trust store of certificates that are in S3. They are kept: the object is not needed afterwards.
/// Source: Elastic Load Balancing API Reference, CreateTrustStore.
/// Seam: Objects have no versions: naming one other than `null` finds nothing.
struct CreateTrustStore: FetchingOperation {
    static let model = ELB.Operations.createTrustStore

    func access(
        _ input: ELB.CreateTrustStoreInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(tx.realm.arn("elasticloadbalancing", "truststore/\(input.name)/*")) + [input.bundle.access]
    }

    func fetch(
        _ input: ELB.CreateTrustStoreInput, _ call: Call, _ snapshot: Snapshot,
        answer: @escaping @Sendable (Result<AuthorityBundle, WireError>) -> Void
    ) throws(WireError) {
        try input.bundle.readBundle(call, answer: answer)
    }

    func perform(
        _ input: ELB.CreateTrustStoreInput, with bundle: AuthorityBundle, _ call: Call,
        _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ELB.CreateTrustStoreOutput {
        var record = TrustStoreRecord()
        record.name = input.name
        record.tags = try Tags.checked(input.tags)
        guard tx.snapshot.list(TrustStoreRecord.self, prefix: input.name + "/").isEmpty else {
            throw .duplicateTrustStoreName("A trust store with the name '\(input.name)' already exists")
        }
        guard tx.snapshot.table(TrustStoreRecord.self).count < Quotas.trustStores else {
            throw .tooManyTrustStores("The maximum number of trust stores, \(Quotas.trustStores), has been reached")
        }
        record.id = context.random.hex(16)
        record.createdAt = context.now
        (record.bundlePEM, record.certificateCount) = (bundle.pem, bundle.count)
        tx.put(record)
        return ELB.CreateTrustStoreOutput(trustStores: [ELB.TrustStore(record, in: tx.snapshot)])
    }
}

extension ELB.CreateTrustStoreInput {
    fileprivate var bundle: ObjectReference {
        ObjectReference(
            bucket: caCertificatesBundleS3Bucket, key: caCertificatesBundleS3Key,
            version: caCertificatesBundleS3ObjectVersion)
    }
}
