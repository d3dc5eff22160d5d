import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes tags: those with a key, or, when a value is said too, those that have it.
/// Source: AWS Certificate Manager API Reference, RemoveTagsFromCertificate.
struct RemoveTagsFromCertificate: Operation {
    static let model = ACM.Operations.removeTagsFromCertificate

    func access(
        _ input: ACM.RemoveTagsFromCertificateRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.certificateArn)
    }

    func perform(
        _ input: ACM.RemoveTagsFromCertificateRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> EmptyShape {
        var record = try tx.snapshot.certificate(arn: input.certificateArn)
        record.tags.removeAll { tag in
            input.tags.contains { $0.key == tag.key && ($0.value == nil || $0.value == tag.value) }
        }
        tx.put(record)
        return EmptyShape()
    }
}
