import AWSModels
import AWSWire
import NodeLink
import State

extension BalancerConfiguration.TargetGroup {
    init(_ group: TargetGroupRecord, in snapshot: Snapshot) {
        let attributes = TypedAttributes(group.attribute)
        let balancers = snapshot.loadBalancers(of: group.key).compactMap { snapshot.get($0) }
        self.init(
            id: group.key.path, transport: Transport(group.protocol),
            healthCheck: BalancerConfiguration.HealthCheck(group))
        arn = group.arn(snapshot.realm)
        protocolVersion = group.protocolVersion.flatMap { ProtocolVersion(rawValue: $0.lowercased()) } ?? .http1
        algorithm = attributes.value("load_balancing.algorithm.type") ?? .roundRobin
        slowStartSeconds = attributes.integer("slow_start.duration_seconds") ?? 0
        stickiness = BalancerConfiguration.Stickiness(attributes)
        deregistrationDelaySeconds = Int(group.deregistrationDelay.components.seconds)
        deregistrationCutsConnections =
            attributes.flag("deregistration_delay.connection_termination.enabled") ?? false
        unhealthyCutsConnections =
            attributes.flag("target_health_state.unhealthy.connection_termination.enabled") ?? true
        unhealthyDrainingSeconds =
            attributes.integer("target_health_state.unhealthy.draining_interval_seconds") ?? 0
        preservesClientIP = attributes.flag("preserve_client_ip.enabled") ?? false
        sendsProxyProtocolV2 = attributes.flag("proxy_protocol_v2.enabled") ?? false
        let routing = "target_group_health.unhealthy_state_routing.minimum_healthy_targets."
        minimumHealthyCount = attributes.integer(routing + "count") ?? 1
        minimumHealthyPercentage = attributes.integer(routing + "percentage")
        isCrossZone =
            switch attributes.text("load_balancing.cross_zone.enabled") {
            case "true"?: true
            case "false"?: false
            // What the load balancer says; a group belongs to one.
            default: balancers.first.map(\.isCrossZone) ?? true
            }
    }
}

extension LoadBalancerRecord {
    fileprivate var isCrossZone: Bool { TypedAttributes(attribute).flag("load_balancing.cross_zone.enabled") ?? true }
}

extension BalancerConfiguration.TargetGroup.Transport {
    fileprivate init(_ name: ELB.ProtocolEnum) {
        self =
            switch name {
            case .http: .http
            case .https: .https
            case .tls: .tls
            case .udp, .quic: .udp
            case .tcpUdp, .tcpQuic: .tcpAndUDP
            case .tcp, .geneve: .tcp
            }
    }
}

extension BalancerConfiguration.Stickiness {
    /// Nil when it is off.
    fileprivate init?(_ attributes: TypedAttributes) {
        guard attributes.flag("stickiness.enabled") ?? false else { return nil }
        switch attributes.text("stickiness.type") {
        case "app_cookie"?:
            guard let name = attributes.text("stickiness.app_cookie.cookie_name") else { return nil }
            let seconds = attributes.integer("stickiness.app_cookie.duration_seconds") ?? 86_400
            self = .appCookie(name: name, seconds: seconds)
        case "source_ip"?, "source_ip_dest_ip"?, "source_ip_dest_ip_proto"?: self = .sourceIP
        default:
            self = .loadBalancerCookie(
                seconds: attributes.integer("stickiness.lb_cookie.duration_seconds") ?? 86_400)
        }
    }
}

extension BalancerConfiguration.HealthCheck {
    fileprivate init(_ group: TargetGroupRecord) {
        let check = group.healthCheck
        let transport: Transport =
            switch check.protocol {
            case .http: .http
            case .https: .https
            default: .tcp
            }
        self.init(transport: transport)
        port = Int(check.port)
        path = check.path ?? "/"
        intervalSeconds = check.intervalSeconds
        timeoutSeconds = check.timeoutSeconds
        healthyThreshold = check.healthyThreshold
        unhealthyThreshold = check.unhealthyThreshold
        if let ranges = check.matcher.map(Self.ranges), !ranges.isEmpty { matcher = ranges }
    }

    /// `200,300-399` are two ranges; what is no number is left out.
    private static func ranges(_ text: String) -> [BalancerConfiguration.CodeRange] {
        text.split(separator: ",").compactMap { part in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last else { return nil }
            return BalancerConfiguration.CodeRange(first, last)
        }
    }
}
