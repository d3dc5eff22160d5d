import AWSWire
import Foundation
import NodeNet

/// The address of this machine that other ones reach it by.
enum OwnAddress {
    /// Anywhere else: what is asked for is the way out of this machine. (TEST-NET-1, RFC 5737: nobody has it.)
    private static let elsewhere = "192.0.2.1"

    /// The address by which a server sees this machine, and so the machines around it; 127.0.0.1 for a server on it.
    static func towards(_ server: String) -> String {
        guard let url = ServerURL(server) else { return loopback }
        let host = url.authority.hasPrefix("[") ? "" : String(url.authority.prefix { $0 != ":" })
        return source(to: host) ?? loopback
    }

    /// The address for a region that listens on `host`: on all, the one that this machine goes out with.
    static func listening(on host: String) -> String {
        if let address = IPv4Address(host), host != "0.0.0.0" { return address.description }
        return ["0.0.0.0", "::"].contains(host) ? source(to: elsewhere) ?? loopback : loopback
    }

    private static let loopback = "127.0.0.1"

    /// Asks the kernel for the route; nothing is sent.
    private static func source(to host: String) -> String? {
        var hints = addrinfo()
        hints.ai_family = AF_INET
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, "9", &hints, &found) == 0, let address = found else { return nil }
        defer { freeaddrinfo(address) }
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        guard connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 else { return nil }
        var own = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutableBytes(of: &own) { bytes in
            bytes.baseAddress.map { getsockname(descriptor, $0.assumingMemoryBound(to: sockaddr.self), &length) } ?? -1
        }
        guard status == 0 else { return nil }
        let bits = UInt32(bigEndian: own.sin_addr.s_addr)
        return bits == 0 ? nil : IPv4Address(bits: bits).description
    }
}
