import APIPipeline
import AWSModels
import AWSWire
import State

/// Adds certificates to those a listener chooses from by the name a client asks for.
/// Source: Elastic Load Balancing API Reference, AddListenerCertificates.
struct AddListenerCertificates: Operation {
    static let model = ELB.Operations.addListenerCertificates

    func access(
        _ input: ELB.AddListenerCertificatesInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.listenerArn)
    }

    func perform(
        _ input: ELB.AddListenerCertificatesInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.AddListenerCertificatesOutput {
        var record = try tx.snapshot.listener(arn: input.listenerArn)
        guard ListenerProtocols.isSecure(record.protocol) else {
            throw .validationError("Certificates can only be added to HTTPS and TLS listeners")
        }
        guard !input.certificates.isEmpty else { throw .validationError("At least one certificate must be specified") }
        var added: [ELB.Certificate] = []
        for certificate in input.certificates {
            guard certificate.isDefault == nil else {
                throw .validationError("IsDefault cannot be specified when certificates are added")
            }
            let arn = try ListenerRules.certificate(certificate, tx.snapshot)
            if !record.certificates.dropFirst().contains(arn) { record.certificates.append(arn) }
            added.append(ELB.Certificate(certificateArn: arn, isDefault: false))
        }
        tx.put(record)
        let all = tx.snapshot.list(ListenerRecord.self, prefix: record.loadBalancer + "/")
        guard Set(all.flatMap { $0.certificates.dropFirst() }).count <= Quotas.certificatesPerLoadBalancer else {
            throw .tooManyCertificates(
                "The maximum number of certificates, \(Quotas.certificatesPerLoadBalancer), has been reached")
        }
        return ELB.AddListenerCertificatesOutput(certificates: added)
    }
}
