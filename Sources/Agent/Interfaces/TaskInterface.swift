import AWSWire
import NodeLink

/// The network interface of a task in network mode `awsvpc`, read from its order and checked: what is in it goes into
/// the host's network, so nothing is taken that is not what it should be.
/// Source: amazon-ecs-agent, ecs-agent/netlib/model/networkinterface: ValidateENI.
package struct TaskInterface: Sendable, Hashable {
    /// Names the interface towards the region.
    package var attachmentARN: String
    package var address: IPv4Address
    /// Six pairs of lower-case hexadecimal digits with colons between them.
    package var macAddress: String
    /// The router of the subnet and the length of its prefix: `172.31.16.1/20`. Nil when the order does not say.
    package var gateway: IPv4Range?
    /// `ip-172-31-16-5.ec2.internal`; empty when the order does not say.
    package var privateDNSName = ""
    /// Where names without a dot are looked for.
    package var domainNames: [String] = []
    /// Addresses of name servers; empty for the host's.
    package var nameServers: [String] = []
    /// Whether the task is kept from the instance's metadata. Source: ECS_AWSVPC_BLOCK_IMDS.
    package var blocksInstanceMetadata = false

    /// What begins the names of our interfaces on the host.
    package static let prefix = "rseni"

    /// The name of the host's end: the same for the same attachment, another one for any other on the machine. As long
    /// as the kernel lets a name be: 15 bytes.
    package var hostName: String {
        TaskInterface.prefix + String(SHA256Digest.hex(of: Array(attachmentARN.utf8)).prefix(10))
    }

    /// What the task's containers are called: the first part of the private DNS name.
    package var containerHostName: String {
        let first = String(privateDNSName.prefix { $0 != "." })
        return first.isEmpty ? "ip-" + address.description.split(separator: ".").joined(separator: "-") : first
    }
}

/// Why a task's interface cannot be used.
package struct TaskInterfaceProblem: Error, Sendable, Equatable {
    package let text: String

    init(_ text: String) { self.text = text }
}

extension ACS.Task {
    /// Whether the task has a network interface of its own.
    var hasInterface: Bool { networkMode == "awsvpc" }

    /// The task's interface.
    /// - Returns: nil for tasks in other network modes.
    /// - Throws: what is wrong with it.
    func readInterface() throws(TaskInterfaceProblem) -> TaskInterface? {
        guard hasInterface else { return nil }
        guard let interfaces = elasticNetworkInterfaces, let first = interfaces.first else {
            throw TaskInterfaceProblem("the task came without a network interface")
        }
        guard interfaces.count == 1 else {
            throw TaskInterfaceProblem("the task came with \(interfaces.count) network interfaces instead of one")
        }
        return try first.read()
    }
}

extension ACS.ElasticNetworkInterface {
    private static let longestName = 253
    /// Source: resolv.conf(5): MAXNS, and six domains in older libraries.
    private static let mostServers = 3
    private static let mostDomains = 6

    fileprivate func read() throws(TaskInterfaceProblem) -> TaskInterface {
        guard let arn = attachmentArn, (1...512).contains(arn.utf8.count) else {
            throw TaskInterfaceProblem("the network interface has no attachment")
        }
        guard (interfaceAssociationProtocol ?? "default") == "default" else {
            throw TaskInterfaceProblem("this container instance has no trunk for network interfaces")
        }
        var interface = TaskInterface(attachmentARN: arn, address: try readAddress(), macAddress: try readMAC())
        if let text = subnetGatewayIpv4Address, !text.isEmpty {
            guard let gateway = IPv4Range(text) else {
                throw TaskInterfaceProblem("the gateway of the network interface is not an address and a prefix length")
            }
            interface.gateway = gateway
        }
        interface.privateDNSName = privateDnsName ?? ""
        interface.domainNames = Array((domainName ?? []).prefix(Self.mostDomains))
        for name in [interface.privateDNSName] + interface.domainNames where !name.isEmpty && !Self.isName(name) {
            throw TaskInterfaceProblem("a domain name of the network interface is not one")
        }
        interface.domainNames.removeAll(where: \.isEmpty)
        interface.nameServers = Array((domainNameServers ?? []).prefix(Self.mostServers))
        guard interface.nameServers.allSatisfy({ IPv4Address($0) != nil }) else {
            throw TaskInterfaceProblem("a name server of the network interface is not an IPv4 address")
        }
        return interface
    }

    /// The primary address. Not one that means something else everywhere: of this host, link-local, or of a group.
    private func readAddress() throws(TaskInterfaceProblem) -> IPv4Address {
        let all = ipv4Addresses ?? []
        guard let chosen = all.first(where: { $0.primary == true }) ?? all.first,
            let address = IPv4Address(chosen.privateAddress ?? "")
        else { throw TaskInterfaceProblem("the network interface has no IPv4 address") }
        let first = address.bits >> 24
        guard (1...223).contains(first), first != 127, address.bits >> 16 != 0xA9FE else {
            throw TaskInterfaceProblem("\(address) cannot be the address of a network interface")
        }
        return address
    }

    private func readMAC() throws(TaskInterfaceProblem) -> String {
        let parts = (macAddress ?? "").split(separator: ":", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part in
            part.utf8.count == 2 && part.allSatisfy(\.isHexDigit) ? UInt8(part, radix: 16) : nil
        }
        // The lowest bit of the first byte means a group.
        guard parts.count == 6, bytes.count == 6, bytes[0] & 1 == 0, bytes.contains(where: { $0 != 0 }) else {
            throw TaskInterfaceProblem("the network interface has no MAC address")
        }
        return parts.joined(separator: ":").lowercased()
    }

    /// Source: RFC 1123, section 2.1, and the underscore that service names have.
    private static func isName(_ text: String) -> Bool {
        guard text.utf8.count <= longestName else { return false }
        let labels = (text.hasSuffix(".") ? text.dropLast() : text[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-"
                && label.utf8.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
