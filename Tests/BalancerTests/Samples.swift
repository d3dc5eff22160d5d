import NodeLink

@testable import Balancer

typealias Configuration = BalancerConfiguration

/// A node's configuration with what most tests need: one load balancer with one listener.
enum Sample {
    static func application(_ rules: [Configuration.Rule]) -> Configuration {
        var configuration = Configuration(revision: 1)
        var loadBalancer = Configuration.LoadBalancer(
            id: "app/web/50dc6c495c0c9188", kind: .application, address: "10.255.0.2", dnsName: "web-1.elb.localhost")
        var listener = Configuration.Listener(
            id: "app/web/50dc6c495c0c9188/f2f7dc8efc522ab2", port: 80, transport: .http)
        listener.rules = rules
        loadBalancer.listeners = [listener]
        configuration.loadBalancers = [loadBalancer]
        configuration.targetGroups = [group("blue/1"), group("green/2")]
        return configuration
    }

    static func network(_ transport: Configuration.Listener.Transport) -> Configuration {
        var configuration = Configuration(revision: 1)
        var loadBalancer = Configuration.LoadBalancer(
            id: "net/raw/50dc6c495c0c9188", kind: .network, address: "10.255.0.3", dnsName: "raw-1.elb.localhost")
        var listener = Configuration.Listener(
            id: "net/raw/50dc6c495c0c9188/a2f7dc8efc522ab2", port: 5_000, transport: transport)
        listener.rules = [forward("flows/3")]
        loadBalancer.listeners = [listener]
        configuration.loadBalancers = [loadBalancer]
        var group = Configuration.TargetGroup(
            id: "flows/3", transport: transport == .udp ? .udp : .tcp, healthCheck: .init(transport: .tcp))
        group.sendsProxyProtocolV2 = transport == .tls
        configuration.targetGroups = [group]
        return configuration
    }

    static func group(_ id: String) -> Configuration.TargetGroup {
        .init(id: id, transport: .http, healthCheck: .init(transport: .http))
    }

    static func forward(_ group: String, priority: Int? = nil) -> Configuration.Rule {
        .init(
            id: "rule/\(priority ?? 0)", priority: priority,
            action: .forward(groups: [.init(targetGroup: group, weight: 1)], stickinessSeconds: nil))
    }

    static func fixed(_ body: String, priority: Int?, _ conditions: [Configuration.Condition]) -> Configuration.Rule {
        var rule = Configuration.Rule(
            id: "rule/\(priority ?? 0)", priority: priority,
            action: .fixedResponse(.init(statusCode: 200, contentType: "text/plain", body: body)))
        rule.conditions = conditions
        return rule
    }

    static func server(_ id: String, _ address: String = "10.0.0.1", port: Int = 80, isReady: Bool = true) -> ServerView
    {
        ServerView(
            target: .init(id: id, address: address, port: port, state: .active, zone: nil), isReady: isReady,
            weight: 100)
    }

    static let environment = HAProxyEnvironment(directory: "/run/roost", zone: "us-east-1a")
}
