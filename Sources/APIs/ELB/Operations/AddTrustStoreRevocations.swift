import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds revocation lists that are in S3 to a trust store. They are kept: the objects are not needed afterwards.
/// Source: Elastic Load Balancing API Reference, AddTrustStoreRevocations.
/// Seam: The lists of a trust store are 1 MiB together at most; one of AWS's may have 50 MB.
struct AddTrustStoreRevocations: FetchingOperation {
    static let model = ELB.Operations.addTrustStoreRevocations

    func access(
        _ input: ELB.AddTrustStoreRevocationsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.trustStoreArn) + (try references(input)).map(\.access)
    }

    func fetch(
        _ input: ELB.AddTrustStoreRevocationsInput, _ call: Call, _ snapshot: Snapshot,
        answer: @escaping @Sendable (Result<[RevocationList], WireError>) -> Void
    ) throws(WireError) {
        _ = try snapshot.trustStore(arn: input.trustStoreArn)
        let source = try call.services.get(ObjectSource.self)
        ObjectReference.read(
            try references(input), from: source,
            missing: .revocationContentNotFound("The specified revocation file does not exist"),
            invalid: .revocationsTooLarge
        ) { result in
            answer(
                result.flatMap { objects in
                    Result { () throws(WireError) in
                        var lists: [RevocationList] = []
                        for object in objects { lists.append(try RevocationList(object)) }
                        return lists
                    }
                })
        }
    }

    func perform(
        _ input: ELB.AddTrustStoreRevocationsInput, with lists: [RevocationList], _ call: Call,
        _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ELB.AddTrustStoreRevocationsOutput {
        var store = try tx.snapshot.trustStore(arn: input.trustStoreArn)
        try check(lists, beside: tx.snapshot.revocations(of: store.key))
        var added: [ELB.TrustStoreRevocation] = []
        for list in lists {
            store.lastRevocationID += 1
            var record = TrustStoreRevocationRecord()
            (record.trustStore, record.id) = (store.key.path, store.lastRevocationID)
            (record.pem, record.entryCount) = (list.pem, list.entryCount)
            tx.put(record)
            added.append(
                ELB.TrustStoreRevocation(
                    trustStoreArn: input.trustStoreArn, revocationId: record.id, revocationType: .crl,
                    numberOfRevokedEntries: record.entryCount))
        }
        tx.put(store)
        return ELB.AddTrustStoreRevocationsOutput(trustStoreRevocations: added)
    }

    private func references(_ input: ELB.AddTrustStoreRevocationsInput) throws(WireError) -> [ObjectReference] {
        let contents = input.revocationContents ?? []
        guard !contents.isEmpty else { throw .validationError("At least one revocation content must be specified") }
        try checkCount(contents.count, "RevocationContents", maximum: Quotas.revocationListsPerTrustStore)
        var references: [ObjectReference] = []
        for content in contents {
            guard let bucket = content.s3Bucket, let key = content.s3Key else {
                throw .validationError("An S3 bucket and an S3 key must be specified for revocation contents")
            }
            references.append(ObjectReference(bucket: bucket, key: key, version: content.s3ObjectVersion))
        }
        return references
    }

    /// Source: Application Load Balancers guide, Quotas, "Certificates".
    private func check(_ new: [RevocationList], beside old: [TrustStoreRevocationRecord]) throws(WireError) {
        guard old.count + new.count <= Quotas.revocationListsPerTrustStore else {
            throw .validationError(
                "A trust store can have at most \(Quotas.revocationListsPerTrustStore) revocation files")
        }
        let entries = old.reduce(0) { $0 + $1.entryCount } + new.reduce(0) { $0 + $1.entryCount }
        guard entries <= Quotas.revokedEntriesPerTrustStore else {
            throw .tooManyTrustStoreRevocationEntries(
                "A trust store can have at most \(Quotas.revokedEntriesPerTrustStore) revocation entries")
        }
        let length = old.reduce(0) { $0 + $1.pem.utf8.count } + new.reduce(0) { $0 + $1.pem.utf8.count }
        guard length <= RevocationList.largestText else { throw .revocationsTooLarge }
    }
}
