import Testing

@testable import Balancer

@Suite("The rules that bring targets' answers back")
struct ReplyRulesTests {
    private let targets = [Sample.server("a", "10.0.0.5"), Sample.server("b", "10.0.0.6", port: 53)]
        .compactMap { ClientAddresses.Target($0.target, $0.target.port == 53 ? .udp : .tcp) }

    private static let system = [
        "*mangle", ":PREROUTING ACCEPT [0:0]", ":OUTPUT ACCEPT [12:800]", ":OTHER - [0:0]",
        "-A OUTPUT -j OTHER", "COMMIT",
    ]
    /// What `iptables-save` (1.8.9, nf_tables) says once the rules are there.
    private static let complete = [
        "*mangle", ":PREROUTING ACCEPT [0:0]", ":OUTPUT ACCEPT [12:800]", ":OTHER - [0:0]",
        ":ROOST-LB-0AFF0100 - [0:0]", ":ROOST-LB-0AFF0100-R - [0:0]",
        "-A PREROUTING -m connmark --mark 0x1000/0x1000 -m conntrack --ctdir REPLY -j ROOST-LB-0AFF0100-R",
        "-A OUTPUT -j OTHER",
        "-A OUTPUT -m conntrack --ctstate NEW -m addrtype ! --src-type LOCAL -j ROOST-LB-0AFF0100",
        "-A OUTPUT -m connmark --mark 0x1000/0x1000 -m conntrack --ctdir REPLY -j ROOST-LB-0AFF0100-R",
        "-A ROOST-LB-0AFF0100 -d 10.0.0.5/32 -p tcp -m tcp --dport 80 -j CONNMARK --set-xmark 0x1000/0x1000",
        "-A ROOST-LB-0AFF0100 -d 10.0.0.6/32 -p udp -m udp --dport 53 -j CONNMARK --set-xmark 0x1000/0x1000",
        "-A ROOST-LB-0AFF0100-R -j MARK --set-xmark 0x1000/0x1000", "COMMIT",
    ]

    private func change(_ targets: [ClientAddresses.Target], _ saved: [String]) throws -> [String]? {
        let rules = ReplyRules(pool: try #require(AddressPool("10.255.1.0/24")))
        #expect(rules.table == "184484096")
        return rules.change(to: targets, in: saved.joined(separator: "\n") + "\n")?
            .split(separator: "\n").map(String.init)
    }

    @Test("come at once, behind what others have")
    func put() throws {
        let hooks = Self.complete.filter { $0.hasPrefix("-A PREROUTING") || $0.hasPrefix("-A OUTPUT -m") }
        let wanted = [
            "*mangle", ":ROOST-LB-0AFF0100 - [0:0]", ":ROOST-LB-0AFF0100-R - [0:0]", hooks[1], hooks[0], hooks[2],
            Self.complete[10], Self.complete[11], Self.complete[12], "COMMIT",
        ]
        #expect(try change(targets, Self.system) == wanted)
    }

    @Test("that are there are not touched, nor those of other nodes")
    func idempotent() throws {
        #expect(try change(targets, Self.complete) == nil)
        #expect(try change([], Self.system) == nil)
        let other = Self.complete.map { $0.replacing("0AFF0100", with: "0AFF0200") }
        #expect(try change([], other) == nil)
    }

    @Test("of targets that come and go replace the chain alone")
    func replaced() throws {
        #expect(
            try change([targets[1]], Self.complete) == [
                "*mangle", ":ROOST-LB-0AFF0100 - [0:0]", Self.complete[11], "COMMIT",
            ])
    }

    @Test("come back when somebody has taken a part of them away")
    func mended() throws {
        let without = Self.complete.filter { !$0.hasPrefix("-A PREROUTING") }
        let lines = try #require(try change(targets, without))
        #expect(
            lines.filter { $0.hasPrefix("-D ") } == [
                "-D" + Self.complete[8].dropFirst(2), "-D" + Self.complete[9].dropFirst(2),
            ])
        #expect(lines.count { $0.hasPrefix("-A ") } == 3 && !lines.contains { $0.hasPrefix(":") })
    }

    @Test("go without a trace, also what is left of them")
    func removed() throws {
        let hooks = [6, 8, 9].map { "-D" + Self.complete[$0].dropFirst(2) }
        let chains = ["-F", "-X"].flatMap { ["\($0) ROOST-LB-0AFF0100", "\($0) ROOST-LB-0AFF0100-R"] }
        #expect(try change([], Self.complete) == ["*mangle"] + hooks + chains + ["COMMIT"])
        let half = Self.system + [":ROOST-LB-0AFF0100 - [0:0]"]
        #expect(try change([], half) == ["*mangle", "-F ROOST-LB-0AFF0100", "-X ROOST-LB-0AFF0100", "COMMIT"])
    }
}
