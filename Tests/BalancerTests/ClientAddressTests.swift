import AWSWire
import NodeLink
import Testing

@testable import Balancer

@Suite("Targets that see clients' addresses")
struct ClientAddressTests {
    /// A machine with an uplink, Docker's bridge, a bridge with an uplink in it, a task's interface and a far network
    /// that is part of the engine's.
    private static func machine() throws -> MachineNetworks {
        let links = """
            [{"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1"},{"family":"inet6","local":"::1"}]},
             {"ifname":"eth0","addr_info":[{"family":"inet","local":"192.0.2.2"}]},
             {"ifname":"eth1","master":"br0","addr_info":[]},
             {"ifname":"br0","linkinfo":{"info_kind":"bridge"},"addr_info":[{"local":"10.3.0.1"}]},
             {"ifname":"docker0","linkinfo":{"info_kind":"bridge"},"addr_info":[{"local":"172.17.0.1"}]},
             {"ifname":"veth1","master":"docker0","linkinfo":{"info_kind":"veth"},"addr_info":[]},
             {"ifname":"rseni1","linkinfo":{"info_kind":"veth"},"addr_info":[{"local":"169.254.1.1"}]},
             {"ifname":"veth2","linkinfo":{"info_kind":"veth"},"addr_info":[{"local":"10.8.0.1"}]},
             {"ifname":"wg0","linkinfo":{"info_kind":"wireguard"},"addr_info":[]}]
            """
        let table = """
            [{"dst":"default","gateway":"192.0.2.1","dev":"eth0"},
             {"dst":"192.0.2.0/24","dev":"eth0","scope":"link"},{"dst":"10.3.0.0/16","dev":"br0","scope":"link"},
             {"dst":"172.17.0.0/16","dev":"docker0","scope":"link"},
             {"dst":"172.17.9.0/24","gateway":"172.17.0.9","dev":"docker0"},
             {"dst":"172.31.16.5","dev":"rseni1","scope":"link"},{"dst":"172.31.16.6","dev":"rseni1","scope":"link"},
             {"dst":"10.9.0.0/24","dev":"wg0","scope":"link"},{"dst":"10.8.0.0/30","dev":"veth2","scope":"link"}]
            """
        return MachineNetworks(links: try JSONValue.parse(links), table: try JSONValue.parse(table))
    }

    @Test(
        "only what passes this machine and no other is here",
        arguments: [
            ("192.0.2.2", true), ("172.17.0.1", true), ("169.254.1.1", true), ("172.17.0.2", true),
            ("172.31.16.5", true),
            ("127.0.0.1", false), ("192.0.2.3", false), ("8.8.8.8", false), ("10.3.0.7", false), ("172.17.9.1", false),
            ("172.31.16.7", false), ("10.9.0.2", false),
        ])
    func here(address: String, isHere: Bool) throws {
        let machine = try Self.machine()
        #expect(machine.isHere(try #require(IPv4Address(address))) == isHere)
    }

    private func group(
        _ transport: Configuration.TargetGroup.Transport, preserves: Bool = true, proxy: Bool = false
    ) -> Configuration.TargetGroup {
        var group = Configuration.TargetGroup(id: "flows/3", transport: transport, healthCheck: .init(transport: .tcp))
        group.preservesClientIP = preserves
        group.sendsProxyProtocolV2 = proxy
        return group
    }

    @Test("the attribute, the transport and the proxy protocol decide")
    func groups() {
        #expect(group(.tcp).preservedTransports == [.tcp] && group(.tls).preservedTransports == [.tcp])
        #expect(group(.udp).preservedTransports == [.udp])
        #expect(group(.tcpAndUDP).preservedTransports == [.tcp, .udp])
        #expect(group(.tcpAndUDP, proxy: true).preservedTransports == [.udp])
        #expect(group(.tcp, proxy: true).preservedTransports.isEmpty)
        #expect(group(.tcp, preserves: false).preservedTransports.isEmpty && group(.http).preservedTransports.isEmpty)
    }

    private static let views = [
        Sample.server("i-1", "192.0.2.2", port: 32_768), Sample.server("i-2", "172.31.16.5"),
        Sample.server("i-3", "192.0.2.3"), Sample.server("i-6", "10.8.0.1", port: 81),
        Sample.server("i-4", "127.0.0.1"),
        Sample.server("i-5", "2001:db8::1"),
    ]

    private func find(_ group: Configuration.TargetGroup) throws -> ClientAddresses {
        ClientAddresses.find([group], ["flows/3": Self.views.map(\.target), "other/4": []], in: try Self.machine())
    }

    @Test("targets here are shown clients' addresses; who shares a wire with one is not shown")
    func found() throws {
        let clients = try find(group(.tcpAndUDP))
        #expect(
            clients.targets.sorted().map { "\($0.address):\($0.port) \($0.transport.rawValue)" } == [
                "10.8.0.1:81 tcp", "10.8.0.1:81 udp", "172.31.16.5:80 tcp", "172.31.16.5:80 udp", "192.0.2.2:32768 tcp",
                "192.0.2.2:32768 udp",
            ])
        // The bridges, the task that is a target itself, and the machine. Another task is none of them, nor is who is
        // on a wire with an address of the machine.
        #expect(
            clients.near.map(\.description) == [
                "10.3.0.1/32", "10.8.0.1/32", "127.0.0.0/8", "169.254.1.1/32", "172.17.0.0/16", "172.31.16.5/32",
                "192.0.2.2/32",
            ])
        #expect(try find(group(.tcp, preserves: false)).targets.isEmpty)
    }

    @Test("HAProxy connects to targets here with the client's address, and HAProxy takes it")
    func connections() throws {
        var configuration = Sample.network(.tcp)
        configuration.targetGroups[0].preservesClientIP = true
        var environment = Sample.environment
        environment.clients = try find(configuration.targetGroups[0])
        func make(_ count: Int) -> HAProxyDraft {
            HAProxyMaker.make(configuration, servers: ["flows/3": Array(Self.views.prefix(count))], in: environment)
        }
        let draft = make(3)
        let backend = draft.configuration.text().text.components(separatedBy: "backend tg-flows.3\n")[1]
            .components(separatedBy: "\n\n")[0]
        let names = Self.views.map { HAProxySyntax.serverName(group: "flows/3", $0.target) }
        #expect(
            backend.split(separator: "\n") == [
                "    mode tcp", "    no option abortonclose", "    timeout server 350s",
                "    tcp-request content set-src ipv4(0.0.0.0) if { src,map_ip(/run/roost/maps/near) -m found }",
                "    balance roundrobin",
                "    server \(names[0]) 192.0.2.2:32768 source 0.0.0.0 usesrc clientip weight 100",
                "    server \(names[1]) 172.31.16.5:80 source 0.0.0.0 usesrc clientip weight 100",
                "    server \(names[2]) 192.0.2.3:80 weight 100",
            ])
        #expect(draft.configuration.maps["maps/near"]?.suffix(2) == ["192.0.2.2/32 1", "::1 1"])
        try HAProxyCheck.run(draft)
        // Targets come while it runs, and so do networks.
        environment.clients.near.removeLast()
        guard case .steps(let steps) = ApplyPlan.make(from: make(1).configuration, to: draft.configuration) else {
            Issue.record("a reload")
            return
        }
        #expect(steps.contains { if case .setMap("maps/near", _) = $0 { true } else { false } })
        #expect(
            steps.flatMap { $0.commands(in: "/run/roost") }.contains {
                $0.text == "add server tg-flows.3/\(names[1]) 172.31.16.5:80 source 0.0.0.0 usesrc clientip weight 100"
            })
        environment.clients = .nobody
        #expect(make(2).configuration.text().text.contains("usesrc") == false)
        #expect(ApplyPlan.make(from: draft.configuration, to: make(3).configuration) == .reload)
    }

    @Test("nginx shows a group's targets clients' addresses when all of them are here")
    func flows() throws {
        var configuration = Sample.network(.udp)
        configuration.targetGroups[0].preservesClientIP = true
        var far = configuration.targetGroups[0]
        far.id = "flows/4"
        var environment = Sample.environment
        environment.clients = try find(configuration.targetGroups[0])
        func text(_ count: Int) throws -> String {
            let servers = ["flows/3": Array(Self.views.prefix(count)), "flows/4": [Self.views[2]]]
            return try #require(
                NginxConfiguration.make(configuration, servers: servers, in: environment, module: nil)
            ).text
        }
        try Golden.compare(try text(2), "udp-clients.nginx")
        #expect(try text(3).contains("proxy_bind") == false)
        configuration.targetGroups.append(far)
        configuration.loadBalancers[0].listeners[0].rules[0].action = .forward(
            groups: ["flows/3", "flows/4"].map { .init(targetGroup: $0, weight: 1) }, stickinessSeconds: nil)
        try Golden.compare(try text(2), "udp-clients-weighted.nginx")
    }
}
