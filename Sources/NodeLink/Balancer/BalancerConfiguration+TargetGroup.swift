extension BalancerConfiguration {
    /// How a group of targets is reached and checked.
    package struct TargetGroup: Codable, Sendable, Equatable {
        package enum Transport: String, Codable, Sendable {
            case http, https, tcp, tls, udp
            case tcpAndUDP = "tcp_udp"
        }

        /// For `http` and `https` only.
        package enum ProtocolVersion: String, Codable, Sendable { case http1, http2, grpc }

        /// `load_balancing.algorithm.type`.
        package enum Algorithm: String, Codable, Sendable {
            case roundRobin = "round_robin"
            case leastOutstandingRequests = "least_outstanding_requests"
            case weightedRandom = "weighted_random"
        }

        /// Unique on the node: `NAME/ID`.
        package var id: String
        /// For access logs.
        package var arn: String?
        package var transport: Transport
        package var protocolVersion = ProtocolVersion.http1
        package var healthCheck: HealthCheck
        package var algorithm = Algorithm.roundRobin
        /// 0 is off; otherwise 30 to 900.
        package var slowStartSeconds = 0
        /// Nil is off.
        package var stickiness: Stickiness?
        /// 0 to 3600. What ends it is the target's disappearance from `BalancerTargets`; this is for the node's own
        /// bounds.
        package var deregistrationDelaySeconds = 300
        /// Whether connections are cut when the delay is over.
        package var deregistrationCutsConnections = false
        /// Whether connections are cut when a target becomes unhealthy. Network Load Balancers only.
        package var unhealthyCutsConnections = true
        /// How long connections to an unhealthy target live on when they are not cut. Network Load Balancers only.
        package var unhealthyDrainingSeconds = 0
        package var preservesClientIP = false
        package var sendsProxyProtocolV2 = false
        /// With fewer healthy targets than this requests go to all of them.
        /// Source: `target_group_health.unhealthy_state_routing.minimum_healthy_targets.*`.
        package var minimumHealthyCount = 1
        /// 1 to 100; nil is off.
        package var minimumHealthyPercentage: Int?
        /// Resolved: whether targets of other zones than the node's get requests too.
        package var isCrossZone = true

        package init(id: String, transport: Transport, healthCheck: HealthCheck) {
            self.id = id
            self.transport = transport
            self.healthCheck = healthCheck
        }
    }

    /// Binds a client to a target.
    package enum Stickiness: Codable, Sendable, Equatable {
        /// `AWSALB`, for 1 to 604800 seconds.
        case loadBalancerCookie(seconds: Int)
        /// `AWSALBAPP-0`, as long as the target sets a cookie of this name.
        case appCookie(name: String, seconds: Int)
        case sourceIP
    }

    /// How a target group's targets are checked.
    package struct HealthCheck: Codable, Sendable, Equatable {
        package enum Transport: String, Codable, Sendable { case http, https, tcp }

        /// False: targets are `unavailable` and get requests.
        package var isEnabled = true
        package var transport: Transport
        /// Nil is the port a target gets requests on.
        package var port: Int?
        /// For `http` and `https`.
        package var path = "/"
        package var intervalSeconds = 30
        package var timeoutSeconds = 5
        package var healthyThreshold = 5
        package var unhealthyThreshold = 2
        /// HTTP status codes, or gRPC codes in a group whose protocol version is `grpc`.
        package var matcher: [CodeRange] = [CodeRange(200, 200)]

        package init(transport: Transport) { self.transport = transport }
    }

    /// Codes from `first` to `last`, both included.
    package struct CodeRange: Codable, Sendable, Equatable {
        package var first: Int
        package var last: Int

        package init(_ first: Int, _ last: Int) {
            self.first = first
            self.last = last
        }
    }
}
