import APIPipeline
import AWSModels
import AWSWire
import State

/// Imports a certificate with its private key, which is sealed before it is stored.
/// With the ARN of a certificate that is there it takes that one's place.
/// Source: AWS Certificate Manager API Reference, ImportCertificate.
struct ImportCertificate: Operation {
    static let model = ACM.Operations.importCertificate

    func access(
        _ input: ACM.ImportCertificateRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.certificateArn ?? tx.realm.arn("acm", "certificate/*"))
    }

    func perform(
        _ input: ACM.ImportCertificateRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ACM.ImportCertificateResponse {
        var record = CertificateRecord()
        if let arn = input.certificateArn {
            record = try tx.snapshot.certificate(arn: arn)
            guard (input.tags ?? []).isEmpty else {
                throw .validation("Tagging is not permitted on re-import.")
            }
        } else {
            guard tx.snapshot.table(CertificateRecord.self).count < ImportCertificate.maximumCertificates else {
                throw .limitExceeded("The maximum number of certificates has been reached.")
            }
            record.id = context.random.uuid()
            record.createdAt = context.now
            record.tags = try Tags.adding(input.tags ?? [], to: [])
        }
        record.take(try CertificateInput(input, at: context.now), tx.snapshot.vault, &context)
        tx.put(record)
        return ACM.ImportCertificateResponse(certificateArn: record.arn(tx.realm))
    }

    /// Source: AWS Certificate Manager User Guide, Quotas (Imported certificates).
    private static let maximumCertificates = 2_500
}
