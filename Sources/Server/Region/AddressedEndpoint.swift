import AWSWire

extension HTTPRequestMessage {
    /// Where the sender reaches the region: what it wrote into `Host`, which its signature covers. An agent on another
    /// machine cannot use the address that the region listens on, which may stand for all of the machine's.
    ///
    /// TLS ends at a proxy, which says so.
    /// - Returns: nil when `Host` is no address.
    var addressedEndpoint: String? {
        guard let host = headers["Host"], (1...255).contains(host.utf8.count),
            host.utf8.allSatisfy(HTTPRequestMessage.isAuthority)
        else { return nil }
        let isSecure = headers["X-Forwarded-Proto"]?.lowercased() == "https"
        return "\(isSecure ? "https" : "http")://\(host)"
    }

    /// Letters, digits, and what stands between them in names, IPv4 and IPv6 addresses and ports.
    private static func isAuthority(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"): true
        default: false
        }
    }
}
