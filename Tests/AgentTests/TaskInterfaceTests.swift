import AWSWire
import NodeLink
import Testing

@testable import Agent

extension ACS.ElasticNetworkInterface {
    static var sample: ACS.ElasticNetworkInterface {
        ACS.ElasticNetworkInterface(
            attachmentArn: "arn:aws:ecs:us-east-1:000000000000:attachment/7a1d1be4-1a52-4c7a-a7d2-5a0c7a9be0c4",
            ec2Id: "eni-0123456789abcdef0", name: "eth1", macAddress: "0E:9e:32:c7:48:85", index: 0,
            interfaceAssociationProtocol: "default",
            ipv4Addresses: [ACS.IPv4Address(privateAddress: "172.31.16.5", primary: true)],
            subnetGatewayIpv4Address: "172.31.16.1/20", domainName: ["ec2.internal"], domainNameServers: ["10.0.0.2"],
            privateDnsName: "ip-172-31-16-5.ec2.internal")
    }
}

extension ACS.Task {
    /// In network mode `awsvpc`, as the region orders it.
    static func connected(
        containers: [ACS.Container] = [.sample()], _ change: (inout ACS.ElasticNetworkInterface) -> Void = { _ in }
    ) -> ACS.Task {
        var task = ACS.Task.sample(containers: containers)
        var interface = ACS.ElasticNetworkInterface.sample
        change(&interface)
        task.networkMode = "awsvpc"
        task.elasticNetworkInterfaces = [interface]
        return task
    }
}

@Suite("The network interface of a task")
struct TaskInterfaceTests {
    @Test("an order's interface is read")
    func reads() throws {
        let interface = try #require(try ACS.Task.connected().readInterface())
        #expect(interface.address == IPv4Address("172.31.16.5"))
        #expect(interface.macAddress == "0e:9e:32:c7:48:85")
        #expect(interface.gateway == IPv4Range("172.31.16.1/20"))
        #expect(interface.nameServers == ["10.0.0.2"])
        #expect(interface.domainNames == ["ec2.internal"])
        #expect(interface.containerHostName == "ip-172-31-16-5")
        #expect(interface.hostName.utf8.count == 15)
        #expect(interface.hostName.hasPrefix("rseni"))
        #expect(try ACS.Task.sample().readInterface() == nil)
    }

    @Test("its name on the host tells attachments apart, and is always the same")
    func names() throws {
        let one = try ACS.Task.connected().readInterface()
        let other = try ACS.Task.connected { $0.attachmentArn = "arn:other" }.readInterface()
        #expect(one?.hostName == (try ACS.Task.connected().readInterface())?.hostName)
        #expect(one?.hostName != other?.hostName)
    }

    @Test("the primary address is taken, and a missing DNS name is made of it")
    func defaults() throws {
        let interface = try ACS.Task.connected {
            $0.ipv4Addresses = [
                ACS.IPv4Address(privateAddress: "172.31.16.9", primary: false),
                ACS.IPv4Address(privateAddress: "172.31.16.8", primary: true),
            ]
            ($0.privateDnsName, $0.domainName, $0.domainNameServers) = (nil, nil, [])
            $0.interfaceAssociationProtocol = nil
        }.readInterface()
        #expect(interface?.address == IPv4Address("172.31.16.8"))
        #expect(interface?.containerHostName == "ip-172-31-16-8")
        #expect(interface?.nameServers == [])
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        var change: @Sendable (inout ACS.ElasticNetworkInterface) -> Void
        var why: String
        var testDescription: String { why }
    }

    private static func address(_ text: String?) -> @Sendable (inout ACS.ElasticNetworkInterface) -> Void {
        { $0.ipv4Addresses = [ACS.IPv4Address(privateAddress: text, primary: true)] }
    }

    @Test(
        "nothing else is taken",
        arguments: [
            Hostile(change: address("172.31.16.5; reboot"), why: "the network interface has no IPv4 address"),
            Hostile(change: address("2001:db8::1"), why: "the network interface has no IPv4 address"),
            Hostile(change: address(nil), why: "the network interface has no IPv4 address"),
            Hostile(change: { $0.ipv4Addresses = nil }, why: "the network interface has no IPv4 address"),
            Hostile(change: address("127.0.0.1"), why: "127.0.0.1 cannot be the address of a network interface"),
            Hostile(change: address("0.0.0.0"), why: "0.0.0.0 cannot be the address of a network interface"),
            Hostile(
                change: address("169.254.170.2"), why: "169.254.170.2 cannot be the address of a network interface"),
            Hostile(change: address("224.0.0.1"), why: "224.0.0.1 cannot be the address of a network interface"),
            Hostile(change: { $0.macAddress = nil }, why: "the network interface has no MAC address"),
            Hostile(
                change: { $0.macAddress = "0e:9e:32:c7:48:85\nlink del eth0" },
                why: "the network interface has no MAC address"),
            Hostile(change: { $0.macAddress = "+e:9e:32:c7:48:85" }, why: "the network interface has no MAC address"),
            Hostile(change: { $0.macAddress = "01:00:5e:00:00:01" }, why: "the network interface has no MAC address"),
            Hostile(change: { $0.macAddress = "00:00:00:00:00:00" }, why: "the network interface has no MAC address"),
            Hostile(change: { $0.attachmentArn = "" }, why: "the network interface has no attachment"),
            Hostile(
                change: { $0.subnetGatewayIpv4Address = "172.31.16.1" },
                why: "the gateway of the network interface is not an address and a prefix length"),
            Hostile(
                change: { $0.privateDnsName = "a b" }, why: "a domain name of the network interface is not one"),
            Hostile(
                change: { $0.domainName = ["a\nnameserver 6.6.6.6"] },
                why: "a domain name of the network interface is not one"),
            Hostile(
                change: { $0.domainNameServers = ["10.0.0.2 evil"] },
                why: "a name server of the network interface is not an IPv4 address"),
            Hostile(
                change: { $0.interfaceAssociationProtocol = "vlan" },
                why: "this container instance has no trunk for network interfaces"),
        ])
    func hostile(row: Hostile) {
        #expect(throws: TaskInterfaceProblem(row.why)) { try ACS.Task.connected(row.change).readInterface() }
    }

    @Test("no interface, or two, are none")
    func count() {
        var task = ACS.Task.connected()
        task.elasticNetworkInterfaces = nil
        #expect(throws: TaskInterfaceProblem("the task came without a network interface")) { try task.readInterface() }
        task.elasticNetworkInterfaces = [.sample, .sample]
        #expect(throws: TaskInterfaceProblem("the task came with 2 network interfaces instead of one")) {
            try task.readInterface()
        }
    }

    // MARK: The host

    @Test("an interface is made by two batches, the mark of a whole one last")
    func commands() throws {
        var interface = try #require(try ACS.Task.connected().readInterface())
        let holder = InterfaceHolder(process: 42, namespace: 4_026_532_000)
        let name = interface.hostName
        let plain = InterfaceCommands(interface: interface, mtu: 1_400)
        #expect(
            plain.inside(host: "/proc/7/ns/net") == """
                link set lo up
                link add eth0 address 0e:9e:32:c7:48:85 mtu 1400 type veth peer name \(name) \
                address ee:ee:ee:ee:ee:ee mtu 1400 netns /proc/7/ns/net
                addr add 172.31.16.5/32 dev eth0
                link set eth0 up
                route add 169.254.1.1/32 dev eth0 scope link
                route add default via 169.254.1.1 dev eth0

                """)
        #expect(
            plain.outside(holder) == """
                addr add 169.254.1.1/32 dev \(name)
                link set \(name) up
                route add 172.31.16.5/32 dev \(name)
                link set \(name) alias roost:42:4026532000

                """)
        interface.blocksInstanceMetadata = true
        let blocked = InterfaceCommands(interface: interface, mtu: 1_400).inside(host: "/proc/7/ns/net")
        #expect(blocked.hasSuffix("route add blackhole 169.254.169.254/32\n"))
    }

    @Test("who holds an interface is read off its alias", arguments: ["", "roost", "roost:0:1", "roost:1:x", "x:1:2"])
    func holders(alias: String) {
        #expect(InterfaceHolder(alias: alias) == nil)
        #expect(InterfaceHolder(alias: "roost:42:7") == InterfaceHolder(process: 42, namespace: 7))
        #expect(InterfaceHolder(process: 42, namespace: 7).alias == "roost:42:7")
    }

    private static let routes = """
        Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
        eth1\t00000000\t010000C0\t0003\t0\t0\t200\t00000000\t0\t0\t0
        eth0\t00000000\t010200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
        docker0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0
        rseni0123456789\t05101FAC\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
        """

    @Test("whoever has an address is found in the kernel's tables")
    func addresses() throws {
        let address = try #require(IPv4Address("172.31.16.5"))
        let other = try #require(IPv4Address("172.17.0.0"))
        #expect(HostAddresses.route(to: address, in: Self.routes) == "rseni0123456789")
        #expect(HostAddresses.route(to: other, in: Self.routes) == nil)
        #expect(HostAddresses.uplink(in: Self.routes) == "eth0")
        let neighbours = """
            IP address       HW type     Flags       HW address            Mask     Device
            172.31.16.4      0x1         0x0         00:00:00:00:00:00     *        eth0
            172.31.16.5      0x1         0x2         0e:9e:32:c7:48:85     *        br-1
            172.17.0.0       0x1         0x2         0e:9e:32:c7:48:85     *        rseni0123456789
            """
        #expect(HostAddresses.neighbour(address, in: neighbours) == "br-1")
        #expect(HostAddresses.neighbour(try #require(IPv4Address("172.31.16.4")), in: neighbours) == nil)
        #expect(HostAddresses.neighbour(other, in: neighbours) == nil)
        let devices = "Inter-|   Receive\n face |bytes\n    lo: 1 2\nrseni0123456789: 3 4\n"
        #expect(HostAddresses.ours(in: devices) == ["rseni0123456789"])
        let counted = "  eth0: 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\nrseni01: 10 2 3 4 0 0 0 0 50 6 7 8 0 0 0 0\n"
        let traffic = HostAddresses.traffic(in: counted)
        #expect(traffic.keys.sorted() == ["rseni01"])
        let task = try #require(traffic["rseni01"])
        #expect((task.sent.bytes, task.sent.dropped, task.received.bytes, task.received.packets) == (10, 4, 50, 6))
        #expect(task.engineForm["rx_bytes"] == 50 && task.engineForm["tx_errors"] == 3)
    }
}

@Suite("Rules for the interfaces of tasks")
struct ForwardingRulesTests {
    /// A host with an engine, in the words of iptables-save.
    private static let host = """
        *nat
        :PREROUTING ACCEPT [0:0]
        :POSTROUTING ACCEPT [0:0]
        :DOCKER - [0:0]
        -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
        -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
        COMMIT
        *filter
        :FORWARD DROP [0:0]
        :DOCKER-USER - [0:0]
        -A FORWARD -j DOCKER-USER
        -A DOCKER-USER -j RETURN
        COMMIT

        """

    /// What `iptables-save` would say afterwards.
    private func after(_ saved: String, _ input: String) -> String {
        var tables: [String: [String]] = [:]
        for part in saved.components(of: "COMMIT\n") + input.components(of: "COMMIT\n") {
            let lines = part.split(separator: "\n").map(String.init)
            for line in lines.dropFirst() {
                let rule = "-A " + line.dropFirst(3)
                switch line.prefix(3) {
                case "-I ":
                    let table = tables[lines[0], default: []]
                    let place = table.firstIndex { !$0.hasPrefix(":") } ?? table.count
                    tables[lines[0], default: []].insert(rule, at: place)
                case "-D ": tables[lines[0]]?.removeAll { $0 == rule }
                default:
                    // A declaration empties its chain.
                    let chain = line.hasPrefix(":") ? line.dropFirst().prefix { $0 != " " } : "-"
                    tables[lines[0], default: []].removeAll { $0 == line || $0.hasPrefix("-A \(chain) ") }
                    tables[lines[0], default: []].append(line)
                }
            }
        }
        return tables.sorted { $0.key < $1.key }
            .map { ([$0.key] + $0.value + ["COMMIT"]).joined(separator: "\n") + "\n" }.joined()
    }

    @Test("a host without them gets all, one step from the system's chains")
    func all() throws {
        let input = try #require(ForwardingRules.missing(in: Self.host))
        #expect(input.contains("-I DOCKER-USER -j ROOST-ENI\n"))
        #expect(input.contains("-I POSTROUTING -j ROOST-ENI-POST\n"))
        #expect(input.contains("-I PREROUTING -j ROOST-ENI-PRE\n"))
        #expect(input.contains("-A ROOST-ENI-RAW -i rseni+ -m rpfilter --invert -j DROP\n"))
        #expect(input.contains(":ROOST-ENI - [0:0]\n"))
    }

    @Test("once they are there nothing is missing")
    func idempotent() throws {
        let input = try #require(ForwardingRules.missing(in: Self.host))
        #expect(ForwardingRules.missing(in: after(Self.host, input)) == nil)
    }

    @Test("a rule that somebody took away comes back, and its neighbours not twice")
    func repair() throws {
        let whole = after(Self.host, try #require(ForwardingRules.missing(in: Self.host)))
        let broken = whole.split(separator: "\n").filter { $0 != "-A ROOST-ENI-POST -j MASQUERADE" }
            .joined(separator: "\n")
        let input = try #require(ForwardingRules.missing(in: broken))
        #expect(input.contains("-A ROOST-ENI-POST -j MASQUERADE\n"))
        #expect(!input.contains("-I "))
        #expect(!input.contains("*filter"))
    }

    @Test("an engine that has started again and put its rules first is preceded again")
    func order() throws {
        let whole = after(Self.host, try #require(ForwardingRules.missing(in: Self.host)))
        let restarted = after(
            whole,
            """
            *nat
            -D POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
            -I POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
            COMMIT

            """)
        let input = try #require(ForwardingRules.missing(in: restarted))
        #expect(input.contains("-D POSTROUTING -j ROOST-ENI-POST\n-I POSTROUTING -j ROOST-ENI-POST\n"))
        #expect(!input.contains("PREROUTING") && !input.contains("*filter"))
        #expect(ForwardingRules.missing(in: after(restarted, input)) == nil)
    }

    @Test("without an engine's chain the system's is taken")
    func plain() throws {
        let input = try #require(ForwardingRules.missing(in: ""))
        #expect(input.contains("-I FORWARD -j ROOST-ENI\n"))
    }
}

extension String {
    /// The parts before each occurrence of a text.
    fileprivate func components(of end: String) -> [String] {
        var parts: [String] = [""]
        for line in split(separator: "\n") {
            if line + "\n" == end { parts.append("") } else { parts[parts.count - 1] += line + "\n" }
        }
        return parts.filter { !$0.isEmpty }
    }
}
