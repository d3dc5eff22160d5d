import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists the tags of a certificate.
/// Source: AWS Certificate Manager API Reference, ListTagsForCertificate.
struct ListTagsForCertificate: ReadOperation {
    static let model = ACM.Operations.listTagsForCertificate

    func access(
        _ input: ACM.ListTagsForCertificateRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.certificateArn)
    }

    func read(
        _ input: ACM.ListTagsForCertificateRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ACM.ListTagsForCertificateResponse {
        ACM.ListTagsForCertificateResponse(tags: try snapshot.certificate(arn: input.certificateArn).tags)
    }
}
