import AWSWire
import NodeLink
import Testing

@Suite("Messages between the server and a load balancer node")
struct BalancerMessageTests {
    @Test("what the server says comes out as it went in", arguments: serverMessages)
    func server(message: BalancerServerMessage) throws {
        #expect(try BalancerServerMessage(frame: message.frame) == message)
    }

    @Test("what the node says comes out as it went in", arguments: nodeMessages)
    func node(message: BalancerNodeMessage) throws {
        #expect(try BalancerNodeMessage(frame: message.frame) == message)
    }

    @Test("a message is an envelope with readable members, the same bytes every time")
    func envelope() {
        let targets = BalancerTargets(
            revision: 7, targetGroup: "blue/1",
            targets: [.init(id: "i-1", address: "10.0.0.1", port: 8_080, state: .draining, zone: nil)])
        let text = String(decoding: BalancerServerMessage.targets(targets).frame, as: UTF8.self)
        #expect(
            text == """
                {"message":{"revision":7,"targetGroup":"blue/1","targets":[{"address":"10.0.0.1","id":"i-1",\
                "port":8080,"state":"draining"}]},"type":"targets"}
                """)
    }

    @Test("actions and conditions say what they are")
    func enumerations() {
        var configuration = BalancerConfiguration(revision: 1)
        configuration.loadBalancers = [.sample()]
        let text = String(decoding: BalancerServerMessage.configuration(configuration).frame, as: UTF8.self)
        #expect(text.contains(#"{"forward":{"groups":[{"targetGroup":"blue/1","weight":1}],"stickinessSeconds":60}}"#))
        #expect(text.contains(#"{"hosts":{"values":[{"wildcard":{"text":"*.example.com"}}]}}"#))
    }

    @Test("an unknown type is told, and broken frames are errors", arguments: ["", "[]", "{}", #"{"type":1}"#, "{"])
    func broken(text: String) throws {
        #expect(try BalancerNodeMessage(frame: Array(#"{"type":"new"}"#.utf8)) == .unknown(type: "new"))
        #expect(throws: WireError.self) { try BalancerNodeMessage(frame: Array(text.utf8)) }
        #expect(throws: WireError.self) { try BalancerServerMessage(frame: Array(text.utf8)) }
        #expect(throws: WireError.self) {
            try BalancerServerMessage(frame: Array(#"{"type":"targets","message":{"revision":"x"}}"#.utf8))
        }
    }
}

private let serverMessages: [BalancerServerMessage] = {
    var configuration = BalancerConfiguration(revision: 3)
    configuration.loadBalancers = [.sample()]
    configuration.targetGroups = [
        .init(id: "blue/1", transport: .http, healthCheck: .init(transport: .http)),
        .init(id: "green/2", transport: .tcpAndUDP, healthCheck: .init(transport: .tcp)),
    ]
    configuration.targetGroups[0].stickiness = .appCookie(name: "SESSION", seconds: 10)
    configuration.certificates = [.init(id: "arn:1", pem: "-----BEGIN CERTIFICATE-----\n")]
    return [
        .configuration(configuration), .configuration(BalancerConfiguration(revision: 0)), .heartbeat,
        .targets(.init(revision: 4, targetGroup: "blue/1", targets: [])),
        .targets(
            .init(
                revision: 5, targetGroup: "blue/1",
                targets: [.init(id: "i-1", address: "10.0.0.1", port: 80, state: .active, zone: "us-east-1a")])),
    ]
}()

private let nodeMessages: [BalancerNodeMessage] = [
    .hello(.init(name: "n", zone: "us-east-1a", pool: "10.255.0.0/24", hostAddress: "10.0.0.1", version: "1")),
    .applied(.init(revision: 3, problems: [.init(loadBalancer: "app/a/1", listener: nil, text: "Taken.")])),
    .health(
        .init(changes: [
            .init(
                targetGroup: "blue/1", target: "i-1", port: 80, state: .unhealthyDraining, reason: "Target.Timeout",
                description: "Request timed out")
        ])),
    .drained(.init(targetGroup: "blue/1", target: "i-1", port: 80)),
    .traffic(
        .init(
            seconds: 60,
            measurements: [
                .init(
                    metric: "TargetResponseTime", loadBalancer: "app/a/1", targetGroup: "blue/1", count: 3, sum: 0.6,
                    minimum: 0.1, maximum: 0.4, values: [0.1, 0.4], counts: [2, 1])
            ])),
    .heartbeat,
]

extension BalancerConfiguration.LoadBalancer {
    /// One with a rule of every kind.
    static func sample() -> Self {
        var sample = Self(id: "app/a/1", kind: .application, address: "10.255.0.2", dnsName: "a-1.elb.localhost")
        var listener = BalancerConfiguration.Listener(id: "app/a/1/2", port: 443, transport: .https)
        listener.certificates = ["arn:1"]
        listener.tls = .init(minimum: .tls12, maximum: .tls13, ciphers: ["ECDHE-RSA-AES128-GCM-SHA256"])
        listener.mutualAuthentication = .verify(
            authorities: "PEM", revocations: "LIST", ignoresExpiry: true, advertisesNames: false)
        var rule = BalancerConfiguration.Rule(
            id: "app/a/1/2/3", priority: 10,
            action: .forward(groups: [.init(targetGroup: "blue/1", weight: 1)], stickinessSeconds: 60))
        rule.conditions = [
            .hosts(values: [.wildcard(text: "*.example.com")]), .paths(values: [.regex(text: "^/a+$")]),
            .header(name: "X-Beta", values: [.wildcard(text: "yes")]), .methods(values: ["GET"]),
            .query(values: [.init(key: nil, value: "v?")]), .sources(values: ["10.0.0.0/8", "::1/128"]),
        ]
        rule.transforms = [.url(rewrites: [.init(regex: "^/a", replacement: "/b")]), .host(rewrites: [])]
        let redirect = BalancerConfiguration.Rule(
            id: "app/a/1/2/4", priority: 20, action: .redirect(.init(statusCode: 301, scheme: "https")))
        let fixed = BalancerConfiguration.Rule(
            id: "app/a/1/2/default", priority: nil,
            action: .fixedResponse(.init(statusCode: 404, contentType: "text/plain", body: "no")))
        listener.rules = [rule, redirect, fixed]
        sample.listeners = [listener]
        return sample
    }
}
