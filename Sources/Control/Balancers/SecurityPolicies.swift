import NodeLink

extension BalancerConfiguration.TLSPolicy {
    /// What a security policy comes to: the versions that its name says, and the cipher suites up to TLS 1.2 that
    /// policies of its family have, by OpenSSL's names.
    /// Source: Elastic Load Balancing guides, Security policies for your Application (Network) Load Balancer.
    /// - Returns: nil for a policy that is not known.
    init?(named name: String?) {
        let name = name ?? "ELBSecurityPolicy-2016-08"
        guard name.hasPrefix("ELBSecurityPolicy-"), let versions = Self.versions(name) else { return nil }
        self.init(minimum: versions.minimum, maximum: versions.maximum, ciphers: Self.ciphers(name))
    }

    private static func versions(_ name: String) -> (minimum: Version, maximum: Version)? {
        let name = name.dropFirst("ELBSecurityPolicy-".count)
        let versions: [(start: String, minimum: Version, maximum: Version)] = [
            ("TLS13-1-3-", .tls13, .tls13), ("TLS13-1-2-", .tls12, .tls13), ("TLS13-1-1-", .tls11, .tls13),
            ("TLS13-1-0-", .tls10, .tls13), ("TLS-1-2-", .tls12, .tls12), ("TLS-1-1-", .tls11, .tls12),
            ("TLS-1-0-", .tls10, .tls12), ("FS-1-2-", .tls12, .tls12), ("FS-1-1-", .tls11, .tls12),
            ("FS-2018-06", .tls10, .tls12), ("2016-08", .tls10, .tls12), ("2015-05", .tls10, .tls12),
        ]
        return versions.first { name.hasPrefix($0.start) }.map { ($0.minimum, $0.maximum) }
    }

    private static func ciphers(_ name: String) -> [String] {
        if name.contains("TLS13-1-3-") { return [] }
        let curve = ["ECDHE-ECDSA", "ECDHE-RSA"]
        var ciphers = curve.map { "\($0)-AES128-GCM-SHA256" } + curve.map { "\($0)-AES256-GCM-SHA384" }
        if name.contains("-Res-") || name.contains("Res-2020") { return ciphers }
        ciphers += curve.map { "\($0)-AES128-SHA256" } + curve.map { "\($0)-AES256-SHA384" }
        let isStrict = name.contains("TLS13-1-2-2021") || name.contains("FS-1-2-Res")
        if isStrict { return ciphers }
        let isForwardSecret = name.contains("-FS-")
        let isPlain = name.contains("TLS-1-2-2017") || name.contains("TLS13-1-2-Ext1")
        if !isPlain { ciphers += curve.flatMap { ["\($0)-AES128-SHA", "\($0)-AES256-SHA"] } }
        if !isForwardSecret {
            ciphers += ["AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "AES256-SHA256"]
            if !isPlain { ciphers += ["AES128-SHA", "AES256-SHA"] }
        }
        return ciphers
    }
}
