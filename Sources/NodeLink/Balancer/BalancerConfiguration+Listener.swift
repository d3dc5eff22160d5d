extension BalancerConfiguration {
    /// A port of a load balancer.
    package struct Listener: Codable, Sendable, Equatable {
        package enum Transport: String, Codable, Sendable {
            case http, https, tcp, tls, udp
            case tcpAndUDP = "tcp_udp"
        }

        /// Unique on the node: `app/NAME/LBID/ID`.
        package var id: String
        /// 1 to 65535.
        package var port: Int
        package var transport: Transport
        /// Ids of certificates, the default one first; empty unless the transport is `https` or `tls`.
        package var certificates: [String] = []
        /// Nil unless the transport is `https` or `tls`.
        package var tls: TLSPolicy?
        /// What is offered by ALPN, in order of preference; for `tls` only. Empty: no ALPN.
        package var alpn: [String] = []
        package var mutualAuthentication: MutualAuthentication?
        /// `tcp.idle_timeout.seconds`, 60 to 6000; for `tcp` and `tls`.
        package var tcpIdleTimeoutSeconds = 350
        /// `routing.http.response.server.enabled`: whether our own answers have `Server: awselb/2.0`.
        package var sendsServerHeader = true
        /// The other names of headers that the load balancer sends to targets, from ours to theirs:
        /// `["X-Amzn-Tls-Version": "X-Tls"]`. Source: attributes `routing.http.request.*.header_name`.
        package var requestHeaderNames: [String: String] = [:]
        /// Headers to put into every response. Source: attributes `routing.http.response.*.header_value`.
        package var responseHeaders: [Header] = []
        /// In the order they are looked at; the default rule, without conditions, is the last one.
        /// With `tcp`, `tls`, `udp` and `tcpAndUDP` it is the only one, and forwards.
        package var rules: [Rule] = []

        package init(id: String, port: Int, transport: Transport) {
            self.id = id
            self.port = port
            self.transport = transport
        }
    }

    /// A header with its value.
    package struct Header: Codable, Sendable, Equatable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// What a TLS security policy comes to.
    package struct TLSPolicy: Codable, Sendable, Equatable {
        package enum Version: String, Codable, Sendable {
            case tls10 = "TLSv1.0"
            case tls11 = "TLSv1.1"
            case tls12 = "TLSv1.2"
            case tls13 = "TLSv1.3"
        }

        package var minimum: Version
        package var maximum: Version
        /// OpenSSL's names of cipher suites up to TLS 1.2, the best first; empty: OpenSSL's own choice.
        package var ciphers: [String]

        package init(minimum: Version, maximum: Version, ciphers: [String]) {
            self.minimum = minimum
            self.maximum = maximum
            self.ciphers = ciphers
        }
    }

    /// What is asked of clients' certificates.
    package enum MutualAuthentication: Codable, Sendable, Equatable {
        /// The certificate is passed on to targets unverified.
        case passthrough
        /// Handshakes fail without a certificate that leads to one of these (PEM).
        ///
        /// `revocations` are lists in PEM of certificates that are not taken any more, empty for none;
        /// `advertisesNames` tells clients the authorities' names in the handshake.
        case verify(authorities: String, revocations: String, ignoresExpiry: Bool, advertisesNames: Bool)
    }
}
