import APIPipeline
import AWSModels
import AWSWire
import State

extension Snapshot {
    /// - Throws: `TrustStoreNotFound`.
    func trustStore(arn: String) throws(WireError) -> TrustStoreRecord {
        guard let record = TrustStoreRecord.key(arn: arn, realm).flatMap(get) else {
            throw .trustStoreNotFound("Trust store '\(arn)' not found")
        }
        return record
    }

    /// - Throws: `RevocationIdNotFound`.
    func revocation(_ id: Int, of trustStore: TrustStoreRecord) throws(WireError) -> TrustStoreRevocationRecord {
        guard id > 0, let record = get(TrustStoreRevocationRecord.key(trustStore.key, id)) else {
            throw .revocationIdNotFound("Revocation ID '\(id)' not found")
        }
        return record
    }
}

extension ELB.TrustStore {
    /// A trust store as clients see it.
    init(_ record: TrustStoreRecord, in snapshot: Snapshot) {
        self.init(
            name: record.name, trustStoreArn: record.arn(snapshot.realm), status: .active,
            numberOfCaCertificates: record.certificateCount,
            totalRevokedEntries: snapshot.revocations(of: record.key).reduce(0) { $0 + $1.entryCount })
    }
}

/// What listeners may ask of their clients' certificates.
/// Source: Elastic Load Balancing API Reference, MutualAuthenticationAttributes.
enum MutualAuthenticationRules {
    /// Checks what a request asks for, and fills in what it leaves out.
    /// - Parameters:
    ///   - attributes: nil for a request that says nothing.
    ///   - listener: with its protocol; its own key and mode do not count.
    /// - Returns: nil for listeners that are not HTTPS.
    static func checked(
        _ attributes: ELB.MutualAuthenticationAttributes?, for listener: ListenerRecord, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.MutualAuthenticationAttributes? {
        guard listener.protocol == .https else {
            guard attributes == nil else {
                throw .validationError("Mutual authentication is only supported for HTTPS listeners")
            }
            return nil
        }
        let mode = attributes?.mode ?? "off"
        switch mode {
        case "off", "passthrough":
            // What only verification knows must not be said.
            guard (attributes?.trustStoreArn ?? "").isEmpty, attributes?.ignoreClientCertificateExpiry != true,
                attributes?.advertiseTrustStoreCaNames != .on
            else {
                throw .validationError(
                    "A trust store, client certificate expiry and CA names can only be specified for mode 'verify'")
            }
            return ELB.MutualAuthenticationAttributes(mode: mode)
        case "verify":
            guard let arn = attributes?.trustStoreArn, !arn.isEmpty else {
                throw .validationError("A trust store ARN must be specified for mode 'verify'")
            }
            _ = try snapshot.trustStore(arn: arn)
            try checkCount(listener, snapshot)
            return ELB.MutualAuthenticationAttributes(
                mode: mode, trustStoreArn: arn,
                ignoreClientCertificateExpiry: attributes?.ignoreClientCertificateExpiry ?? false,
                trustStoreAssociationStatus: .active,
                advertiseTrustStoreCaNames: attributes?.advertiseTrustStoreCaNames ?? .off)
        default: throw .validationError("Mutual authentication mode must be one of 'off, passthrough, verify'")
        }
    }

    /// Whether both were asked for with the same words.
    static func isSame(
        _ one: ELB.MutualAuthenticationAttributes?, _ other: ELB.MutualAuthenticationAttributes?
    ) -> Bool {
        let none = ELB.MutualAuthenticationAttributes()
        return (one ?? none).sameEncoding(as: other ?? none)
    }

    private static func checkCount(_ listener: ListenerRecord, _ snapshot: Snapshot) throws(WireError) {
        let others = snapshot.list(ListenerRecord.self, prefix: listener.loadBalancer + "/").filter { other in
            other.id != listener.id && other.port != listener.port && other.mutualAuthentication?.mode == "verify"
        }
        guard others.count < Quotas.verifyingListenersPerLoadBalancer else {
            throw .tooManyListeners(
                "The maximum number of listeners with mutual authentication mode 'verify', "
                    + "\(Quotas.verifyingListenersPerLoadBalancer), has been reached")
        }
    }
}
