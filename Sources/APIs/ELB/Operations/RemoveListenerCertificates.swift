import APIPipeline
import AWSModels
import AWSWire
import State

/// Removes certificates from the list of a listener. The default certificate cannot be removed.
/// Source: Elastic Load Balancing API Reference, RemoveListenerCertificates.
struct RemoveListenerCertificates: Operation {
    static let model = ELB.Operations.removeListenerCertificates

    func access(
        _ input: ELB.RemoveListenerCertificatesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.listenerArn)
    }

    func perform(
        _ input: ELB.RemoveListenerCertificatesInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.RemoveListenerCertificatesOutput {
        var record = try tx.snapshot.listener(arn: input.listenerArn)
        guard !input.certificates.isEmpty else { throw .validationError("At least one certificate must be specified") }
        for certificate in input.certificates {
            guard let arn = certificate.certificateArn else {
                throw .validationError("A certificate ARN must be specified")
            }
            if let position = record.certificates.dropFirst().firstIndex(of: arn) {
                record.certificates.remove(at: position)
            } else if record.certificates.first == arn {
                throw .operationNotPermitted("Default certificate '\(arn)' cannot be removed from a listener")
            }
        }
        tx.put(record)
        return ELB.RemoveListenerCertificatesOutput()
    }
}
