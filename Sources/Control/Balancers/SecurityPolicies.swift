import NodeLink
import State

extension BalancerConfiguration.TLSPolicy {
    /// What a security policy comes to. Which cipher suites TLS 1.3 has OpenSSL knows by itself.
    /// - Returns: nil for a policy that is not known.
    init?(named name: String?) {
        guard let policy = SSLPolicy.named(name ?? SSLPolicy.defaultName),
            let minimum = policy.protocols.first.flatMap(Version.init(api:)),
            let maximum = policy.protocols.last.flatMap(Version.init(api:))
        else { return nil }
        self.init(
            minimum: minimum, maximum: maximum, ciphers: policy.ciphers.filter { !$0.hasPrefix("TLS_") })
    }
}

extension BalancerConfiguration.TLSPolicy.Version {
    /// - Parameter name: as the API says it: the oldest is `TLSv1`.
    fileprivate init?(api name: String) { self.init(rawValue: name == "TLSv1" ? "TLSv1.0" : name) }
}
