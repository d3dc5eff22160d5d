import AWSModels
import AWSWire
import NodeLink
import State

extension BalancerConfiguration {
    /// Everything a node is to serve: the load balancers that have an address on it, and what they forward to.
    /// - Parameter node: the node's name.
    package init(of node: String, in snapshot: Snapshot) {
        self.init(revision: Int(snapshot.revision))
        var groups: Set<String> = []
        var certificates: Set<String> = []
        for balancer in snapshot.list(LoadBalancerRecord.self) {
            guard let address = balancer.addresses.first(where: { $0.nodeName == node }) else { continue }
            let projected = LoadBalancer(balancer, at: address.address, in: snapshot)
            for listener in projected.listeners {
                groups.formUnion(listener.rules.flatMap(\.targetGroups))
                certificates.formUnion(listener.certificates)
            }
            loadBalancers.append(projected)
        }
        targetGroups = groups.sorted().compactMap { id in
            snapshot.get(Key<TargetGroupRecord>(path: id)).map { TargetGroup($0, in: snapshot) }
        }
        self.certificates = certificates.sorted().compactMap { Certificate(arn: $0, in: snapshot) }
    }
}

extension BalancerConfiguration.LoadBalancer {
    fileprivate init(_ balancer: LoadBalancerRecord, at address: String, in snapshot: Snapshot) {
        let attributes = TypedAttributes(balancer.attribute)
        let isNetwork = balancer.type == .network
        self.init(
            id: balancer.key.path, kind: isNetwork ? .network : .application, address: address,
            dnsName: balancer.dnsName)
        idleTimeoutSeconds = attributes.integer("idle_timeout.timeout_seconds") ?? 60
        clientKeepAliveSeconds = attributes.integer("client_keep_alive.seconds") ?? 3_600
        desyncMode = attributes.value("routing.http.desync_mitigation_mode") ?? .defensive
        dropsInvalidHeaderFields = attributes.flag("routing.http.drop_invalid_header_fields.enabled") ?? false
        forwardedForMode = attributes.value("routing.http.xff_header_processing.mode") ?? .append
        forwardsClientPort = attributes.flag("routing.http.xff_client_port.enabled") ?? false
        preservesHostHeader = attributes.flag("routing.http.preserve_host_header.enabled") ?? false
        offersHTTP2 = attributes.flag("routing.http2.enabled") ?? true
        sendsTLSHeaders = attributes.flag("routing.http.x_amzn_tls_version_and_cipher_suite.enabled") ?? false
        isCrossZone = attributes.flag("load_balancing.cross_zone.enabled") ?? true
        if attributes.flag("access_logs.s3.enabled") ?? false, let bucket = attributes.text("access_logs.s3.bucket") {
            accessLog = BalancerConfiguration.AccessLog(
                bucket: bucket, prefix: attributes.text("access_logs.s3.prefix") ?? "")
        }
        listeners = snapshot.list(ListenerRecord.self, prefix: "\(balancer.key.path)/").compactMap { listener in
            BalancerConfiguration.Listener(listener, in: snapshot)
        }
    }
}

extension BalancerConfiguration.Certificate {
    /// Nil for a certificate that is gone, or whose key cannot be opened.
    fileprivate init?(arn: String, in snapshot: Snapshot) {
        guard let record = CertificateRecord.key(arn: arn, snapshot.realm).flatMap({ snapshot.get($0) }),
            let privateKey = record.privateKeyPEM(snapshot.vault)
        else { return nil }
        let parts = [record.certificatePEM, record.chainPEM ?? "", privateKey]
        let pem = parts.filter { !$0.isEmpty }.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined()
        self.init(id: arn, pem: pem)
    }
}
