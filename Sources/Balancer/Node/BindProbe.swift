import Glibc
import NIOCore

/// Finds out whether an address and a port can be listened on: HAProxy gives up everything for one that cannot.
enum BindProbe {
    /// - Returns: nil when they can; otherwise why not.
    static func refusal(_ bind: HAProxyEnvironment.Bind, isUDP: Bool = false) -> String? {
        guard let address = try? SocketAddress(ipAddress: bind.address, port: bind.port) else {
            return "'\(bind.address)' is no address"
        }
        var isV6 = false
        if case .v6 = address { isV6 = true }
        let kind = isUDP ? SOCK_DGRAM : SOCK_STREAM
        let descriptor = socket(isV6 ? AF_INET6 : AF_INET, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return words(errno) }
        defer { close(descriptor) }
        var on: Int32 = 1
        // Connections that have ended do not hold a port; a datagram socket that listens does, with the option too.
        if !isUDP { setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size)) }
        let result = address.withSockAddr { pointer, size in Glibc.bind(descriptor, pointer, socklen_t(size)) }
        if result != 0 { return words(errno) }
        if !isUDP, listen(descriptor, 1) != 0 { return words(errno) }
        return nil
    }

    private static func words(_ code: Int32) -> String {
        switch code {
        case EADDRINUSE: "something else listens there; stop it, or choose another port"
        case EADDRNOTAVAIL: "this machine does not have the address"
        case EACCES: "the port needs root, or the capability NET_BIND_SERVICE"
        default: String(cString: strerror(code))
        }
    }
}
