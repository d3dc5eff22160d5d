import Foundation
import NodeLink
import Testing

@testable import Balancer

/// What HAProxy and nginx are given, word for word, and whether they take it.
@Suite("The configuration of HAProxy")
struct HAProxyGoldenTests {
    @Test("is what it was, and HAProxy takes it", arguments: cases.keys.sorted())
    func golden(name: String) throws {
        let make = try #require(cases[name])
        let draft = make()
        #expect(draft.problems.isEmpty)
        try Golden.compare(draft.configuration.text().text, name + ".cfg")
        for (map, lines) in draft.configuration.maps { #expect(lines.allSatisfy { $0.contains(" ") }, "\(map)") }
        try HAProxyCheck.run(draft)
    }

    @Test("connections are refused before HAProxy lets them wait, where it can have enough of them")
    func connections() throws {
        func lines(_ files: Int?) -> [String] {
            var environment = Sample.environment
            environment.openFiles = files
            let draft = HAProxyMaker.make(Sample.application([Sample.forward("blue/1")]), servers: [:], in: environment)
            return draft.configuration.text().text.split(separator: "\n").filter { $0.contains("fe_conn") }
                .map(String.init)
        }
        #expect(lines(20_000) == ["    tcp-request connection reject if { fe_conn gt 8998 }"])
        #expect(lines(200).isEmpty && lines(nil).isEmpty)
    }

    @Test("nginx is told of listeners for UDP")
    func udp() throws {
        let servers = ["flows/3": [Sample.server("i-1"), Sample.server("i-2", isReady: false)]]
        let configuration = try #require(
            NginxConfiguration.make(
                Sample.network(.udp), servers: servers, in: Sample.environment, module: "/lib/ngx_stream_module.so"))
        try Golden.compare(configuration.text, "udp.nginx")
        var weighted = Sample.network(.udp)
        var other = weighted.targetGroups[0]
        other.id = "flows/4"
        weighted.targetGroups.append(other)
        weighted.loadBalancers[0].listeners[0].rules[0].action = .forward(
            groups: ["flows/3", "flows/4", "flows/5"].map { .init(targetGroup: $0, weight: $0 == "flows/3" ? 1 : 2) },
            stickinessSeconds: nil)
        let both = ["flows/3": [Sample.server("i-1")], "flows/4": [Sample.server("i-2", "10.0.0.2")]]
        let shares = try #require(
            NginxConfiguration.make(weighted, servers: both, in: Sample.environment, module: nil))
        try Golden.compare(shares.text, "udp-weighted.nginx")
        #expect(
            NginxConfiguration.make(Sample.network(.tcp), servers: [:], in: Sample.environment, module: nil) == nil)
    }
}

private let cases: [String: @Sendable () -> HAProxyDraft] = [
    "conditions": {
        let conditions: [[Configuration.Condition]] = [
            [.hosts(values: [.wildcard(text: "*.example.com"), .wildcard(text: "a?.example.com")])],
            [.paths(values: [.wildcard(text: "/api/*"), .wildcard(text: "/exact"), .regex(text: "^/v[0-9]+'$")])],
            [
                .header(name: "X-Beta", values: [.wildcard(text: "yes, really")]),
                .methods(values: ["PUT", "PATCH"]),
            ],
            [.query(values: [.init(key: "version", value: "v*"), .init(key: nil, value: "a b")])],
            [.sources(values: ["10.0.0.0/8", "2001:db8::/32"])],
        ]
        var rules = conditions.enumerated().map { Sample.fixed("rule \($0)", priority: $0 + 1, $1) }
        rules.append(Sample.forward("blue/1"))
        return make(Sample.application(rules))
    },
    "actions": {
        var redirect = Configuration.Rule(
            id: "rule/1", priority: 1, action: .redirect(.init(statusCode: 301, scheme: "HTTPS", port: "443")))
        redirect.conditions = [.paths(values: [.wildcard(text: "/old/*")])]
        var weighted = Configuration.Rule(
            id: "rule/2", priority: 2,
            action: .forward(
                groups: [.init(targetGroup: "blue/1", weight: 70), .init(targetGroup: "green/2", weight: 30)],
                stickinessSeconds: 3_600))
        weighted.conditions = [.hosts(values: [.wildcard(text: "shop.example.com")])]
        weighted.transforms = [
            .url(rewrites: [.init(regex: "^/shop/(.*)$", replacement: "/$1?from=shop")]),
            .host(rewrites: [.init(regex: "^shop", replacement: "store")]),
        ]
        let last = Configuration.Rule(
            id: "rule/0", priority: nil,
            action: .fixedResponse(.init(statusCode: 404, contentType: "application/json", body: "{}")))
        return make(Sample.application([redirect, weighted, last]))
    },
    "attributes": {
        var configuration = Sample.application([Sample.forward("blue/1")])
        configuration.loadBalancers[0].idleTimeoutSeconds = 5
        configuration.loadBalancers[0].desyncMode = .strictest
        configuration.loadBalancers[0].dropsInvalidHeaderFields = true
        configuration.loadBalancers[0].forwardedForMode = .preserve
        configuration.loadBalancers[0].accessLog = .init(bucket: "logs", prefix: "web")
        configuration.loadBalancers[0].listeners[0].sendsServerHeader = false
        configuration.loadBalancers[0].listeners[0].responseHeaders = [
            .init(name: "Strict-Transport-Security", value: "max-age=100%; 'x'")
        ]
        configuration.targetGroups[0].stickiness = .loadBalancerCookie(seconds: 60)
        configuration.targetGroups[0].algorithm = .leastOutstandingRequests
        configuration.targetGroups[1].stickiness = .appCookie(name: "SESSION", seconds: 60)
        configuration.targetGroups[1].algorithm = .weightedRandom
        return make(configuration)
    },
    "tls": {
        var configuration = Sample.application([Sample.forward("blue/1")])
        configuration.certificates = [
            .init(id: "arn:aws:acm:us-east-1:1:certificate/a", pem: Golden.pem),
            .init(id: "arn:aws:acm:us-east-1:1:certificate/b", pem: Golden.pem),
        ]
        configuration.loadBalancers[0].sendsTLSHeaders = true
        configuration.loadBalancers[0].listeners[0].transport = .https
        configuration.loadBalancers[0].listeners[0].port = 443
        configuration.loadBalancers[0].listeners[0].certificates = configuration.certificates.map(\.id)
        configuration.loadBalancers[0].listeners[0].mutualAuthentication = .verify(
            authorities: Golden.pem, revocations: Golden.revocations, ignoresExpiry: true, advertisesNames: false)
        configuration.loadBalancers[0].listeners[0].tls = .init(
            minimum: .tls12, maximum: .tls13, ciphers: ["ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA"])
        configuration.targetGroups[0].transport = .https
        configuration.targetGroups[0].protocolVersion = .grpc
        configuration.targetGroups[1].protocolVersion = .http2
        return make(configuration)
    },
    "tcp": { make(Sample.network(.tcp), ["flows/3": [Sample.server("i-1"), Sample.server("i-2", isReady: false)]]) },
]

private func make(_ configuration: Configuration, _ servers: [String: [ServerView]]? = nil) -> HAProxyDraft {
    HAProxyMaker.make(
        configuration, servers: servers ?? ["blue/1": [Sample.server("i-1")], "green/2": []],
        in: Sample.environment)
}
