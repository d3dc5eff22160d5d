import AWSWire

/// The addresses of a balancer node for load balancers. The first host address is the node's own.
package struct AddressPool: Sendable, Equatable {
    /// What makes sense: at least a few addresses, at most a private network.
    private static let prefixes = 8...29

    private let hosts: ClosedRange<UInt32>

    /// - Parameter text: a block of IPv4 addresses in CIDR notation.
    /// - Returns: nil for a text that is none, or a block that is too small or too large.
    package init?(_ text: String) {
        guard let range = IPv4Range(text), AddressPool.prefixes.contains(range.prefixLength) else { return nil }
        let first = range.network.bits
        let size = UInt32(1) << UInt32(32 - range.prefixLength)
        // Without the network's own address, the node's, and the one for all.
        hosts = (first + 2)...(first + (size - 2))
    }

    /// The lowest address that is not taken; nil when all are.
    package func lowest(besides taken: Set<String>) -> String? {
        for bits in hosts {
            let address = IPv4Address(bits: bits).description
            if !taken.contains(address) { return address }
        }
        return nil
    }

    /// Whether an address is one for load balancers.
    package func contains(_ address: String) -> Bool { IPv4Address(address).map { hosts.contains($0.bits) } ?? false }
}
