extension BalancerConfiguration {
    /// An Application or a Network Load Balancer on this node.
    package struct LoadBalancer: Codable, Sendable, Equatable {
        package enum Kind: String, Codable, Sendable { case application, network }

        /// Source: Application Load Balancers guide, "Desync mitigation mode".
        package enum DesyncMode: String, Codable, Sendable { case monitor, defensive, strictest }

        /// What happens to `X-Forwarded-For`. Source: guide, "X-Forwarded headers".
        package enum ForwardedForMode: String, Codable, Sendable { case append, preserve, remove }

        /// `app/NAME/ID` or `net/NAME/ID`: also the metrics' dimension.
        package var id: String
        package var kind: Kind
        /// The IPv4 address on this node, out of its pool.
        package var address: String
        /// Requests to a loopback address are told apart by this name.
        package var dnsName: String
        package var listeners: [Listener] = []

        /// `idle_timeout.timeout_seconds`, 1 to 4000.
        package var idleTimeoutSeconds = 60
        /// `client_keep_alive.seconds`, 60 to 604800.
        package var clientKeepAliveSeconds = 3_600
        package var desyncMode = DesyncMode.defensive
        package var dropsInvalidHeaderFields = false
        package var forwardedForMode = ForwardedForMode.append
        /// `routing.http.xff_client_port.enabled`.
        package var forwardsClientPort = false
        package var preservesHostHeader = false
        /// `routing.http2.enabled`: for clients.
        package var offersHTTP2 = true
        /// `routing.http.x_amzn_tls_version_and_cipher_suite.enabled`.
        package var sendsTLSHeaders = false
        /// Whether targets of other zones than the node's get requests too.
        package var isCrossZone = true
        package var accessLog: AccessLog?

        package init(id: String, kind: Kind, address: String, dnsName: String) {
            self.id = id
            self.kind = kind
            self.address = address
            self.dnsName = dnsName
        }
    }

    /// Where a load balancer's access log goes: `access_logs.s3.*`.
    package struct AccessLog: Codable, Sendable, Equatable {
        package var bucket: String
        package var prefix: String

        package init(bucket: String, prefix: String) {
            self.bucket = bucket
            self.prefix = prefix
        }
    }
}
