import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a certificate that no listener has.
/// Source: AWS Certificate Manager API Reference, DeleteCertificate.
struct DeleteCertificate: Operation {
    static let model = ACM.Operations.deleteCertificate

    func access(
        _ input: ACM.DeleteCertificateRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.certificateArn)
    }

    func perform(
        _ input: ACM.DeleteCertificateRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        let record = try tx.snapshot.certificate(arn: input.certificateArn)
        guard tx.snapshot.users(ofCertificate: input.certificateArn).isEmpty else {
            throw .resourceInUse("Certificate \(input.certificateArn) is in use.")
        }
        tx.delete(record.key)
        return EmptyShape()
    }
}
