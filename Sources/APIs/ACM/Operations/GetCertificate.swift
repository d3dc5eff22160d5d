import APIPipeline
import AWSModels
import AWSWire
import State

/// Gives back a certificate and its chain, and never its private key.
/// Source: AWS Certificate Manager API Reference, GetCertificate.
struct GetCertificate: ReadOperation {
    static let model = ACM.Operations.getCertificate

    func access(
        _ input: ACM.GetCertificateRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.certificateArn)
    }

    func read(
        _ input: ACM.GetCertificateRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ACM.GetCertificateResponse {
        let record = try snapshot.certificate(arn: input.certificateArn)
        return ACM.GetCertificateResponse(certificate: record.certificatePEM, certificateChain: record.chainPEM)
    }
}
