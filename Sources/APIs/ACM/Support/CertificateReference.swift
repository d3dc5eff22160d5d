import APIPipeline
import AWSModels
import AWSWire
import State

extension Snapshot {
    /// The certificate of an ARN.
    /// - Throws: `ResourceNotFoundException`, or `InvalidArnException` for what is no ARN of a certificate.
    func certificate(arn: String) throws(WireError) -> CertificateRecord {
        guard let parsed = ARN(arn), parsed.service == "acm", parsed.resource.hasPrefix("certificate/") else {
            throw .invalidArn("The ARN \(arn) is not the ARN of a certificate.")
        }
        guard let record = CertificateRecord.key(arn: arn, realm).flatMap(get) else {
            throw .resourceNotFound("Could not find certificate \(arn).")
        }
        return record
    }

    /// The ARNs of the load balancers whose listeners have a certificate, each once, in order.
    func users(ofCertificate arn: String) -> [String] {
        let balancers = list(ListenerRecord.self).filter { $0.certificates.contains(arn) }.map(\.loadBalancerKey)
        return Set(balancers).sorted().map { $0.arn(realm) }
    }
}

extension Operation {
    /// What a caller must be allowed to do: the operation itself, on a resource.
    func permission(_ resource: String) -> [AccessRequest] { [AccessRequest("acm:\(Self.model.name)", resource)] }
}

extension CertificateRecord {
    /// A certificate expires by itself.
    func status(at now: Timestamp) -> ACM.CertificateStatus { now < notAfter ? .issued : .expired }
}

/// The tags of a certificate.
/// Source: AWS Certificate Manager API Reference, AddTagsToCertificate.
enum Tags {
    private static let maximumCount = 50

    /// The tags after some were added: a key that is there gets the new value.
    static func adding(_ new: [ACM.Tag], to old: [ACM.Tag]) throws(WireError) -> [ACM.Tag] {
        var tags = old
        for tag in new {
            guard !tag.key.lowercased().hasPrefix("aws:") else {
                throw .invalidTag("Tag keys that begin with aws: are reserved.")
            }
            if let position = tags.firstIndex(where: { $0.key == tag.key }) {
                tags[position] = tag
            } else {
                tags.append(tag)
            }
        }
        guard tags.count <= maximumCount else {
            throw .acmTooManyTags("The certificate would have more than \(maximumCount) tags.")
        }
        return tags
    }
}
