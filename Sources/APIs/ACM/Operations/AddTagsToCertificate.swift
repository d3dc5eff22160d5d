import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds tags to a certificate.
/// Source: AWS Certificate Manager API Reference, AddTagsToCertificate.
struct AddTagsToCertificate: Operation {
    static let model = ACM.Operations.addTagsToCertificate

    func access(
        _ input: ACM.AddTagsToCertificateRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.certificateArn)
    }

    func perform(
        _ input: ACM.AddTagsToCertificateRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var record = try tx.snapshot.certificate(arn: input.certificateArn)
        record.tags = try Tags.adding(input.tags, to: record.tags)
        tx.put(record)
        return EmptyShape()
    }
}
