import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes a certificate. It is no read, because only the time says whether a certificate has expired.
/// Source: AWS Certificate Manager API Reference, DescribeCertificate.
struct DescribeCertificate: Operation {
    static let model = ACM.Operations.describeCertificate

    func access(
        _ input: ACM.DescribeCertificateRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.certificateArn)
    }

    func perform(
        _ input: ACM.DescribeCertificateRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ACM.DescribeCertificateResponse {
        let record = try tx.snapshot.certificate(arn: input.certificateArn)
        let arn = record.arn(tx.realm)
        return ACM.DescribeCertificateResponse(
            certificate: ACM.CertificateDetail(
                certificateArn: arn, domainName: record.domainName,
                subjectAlternativeNames: record.subjectAlternativeNames, serial: record.serial, subject: record.subject,
                issuer: record.issuer, createdAt: record.createdAt, importedAt: record.importedAt,
                status: record.status(at: context.now), notBefore: record.notBefore, notAfter: record.notAfter,
                keyAlgorithm: record.keyAlgorithm, signatureAlgorithm: record.signatureAlgorithm,
                inUseBy: tx.snapshot.users(ofCertificate: arn), type: .imported, keyUsages: [], extendedKeyUsages: [],
                renewalEligibility: .ineligible,
                options: ACM.CertificateOptions(certificateTransparencyLoggingPreference: .disabled)))
    }
}
