import AWSWire
import Logging
import NodeNet
import State

/// What a region is told at its start.
struct RegionSettings: Sendable {
    var realm: Realm
    var dataDirectory: String
    var host: String
    /// 0 for any free one.
    var port: Int
    /// The files of a certificate and its key; nil for plain HTTP only.
    var tls: (certificate: String, key: String)?
    var isAuthenticating: Bool
    var allowsReset: Bool
    /// Whether requests are refused that come faster than ECS allows.
    var isThrottling: Bool
    var credential: Credential
}

extension RegionSettings {
    /// - Throws: `TLSServer.Failure`.
    func makeTLS(_ logger: Logger) throws -> TLSServer? {
        guard let tls else { return nil }
        return try TLSServer(certificate: tls.certificate, key: tls.key) { text in
            logger.notice("TLS: \(text)")
        }
    }
}
