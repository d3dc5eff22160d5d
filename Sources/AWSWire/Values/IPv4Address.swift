/// An address of the Internet Protocol, version 4.
package struct IPv4Address: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The four bytes, the first of them in the highest place.
    package let bits: UInt32

    package init(bits: UInt32) {
        self.bits = bits
    }

    /// Parses four decimal numbers with dots between them; nil for anything else, also for leading zeros.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard !part.isEmpty, part.utf8.allSatisfy({ (48...57).contains($0) }), let byte = UInt8(part),
                part.count == 1 || part.first != "0"
            else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        self.bits = bits
    }

    package var description: String { "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)" }

    package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.bits < right.bits }
}

/// A range of addresses: `10.0.0.0/8`.
package struct IPv4Range: Hashable, Sendable, CustomStringConvertible {
    /// As it was written; bits behind the prefix may be set.
    package let address: IPv4Address
    /// 0 to 32.
    package let prefixLength: Int

    /// - Parameter prefixLength: 0 to 32.
    package init(_ address: IPv4Address, prefixLength: Int = 32) {
        self.address = address
        self.prefixLength = prefixLength
    }

    /// Parses an address and a prefix length; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4Address(parts[0]), parts[1].count <= 2,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]), length <= 32
        else { return nil }
        self.address = address
        prefixLength = length
    }

    /// The range with the bits behind the prefix cleared.
    package var network: IPv4Address { IPv4Address(bits: address.bits & mask) }

    /// Whether an address is in the range.
    package func contains(_ other: IPv4Address) -> Bool { other.bits & mask == address.bits & mask }

    package var description: String { "\(address)/\(prefixLength)" }

    private var mask: UInt32 { prefixLength == 0 ? 0 : UInt32.max << UInt32(32 - prefixLength) }
}
