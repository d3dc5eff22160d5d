#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Finds ports of the host that lie side by side and nobody uses.
///
/// The engine publishes single ports wherever there is one, but no ranges, so somebody has to look. Between the look
/// and the container's start another program may take one; the start then fails and says so.
/// Source: amazon-ecs-agent, agent/utils: GetHostPortRange.
struct HostPorts: Sendable {
    /// Where dynamic ports come from.
    var ephemeral: ClosedRange<Int>
    /// Whether a port is free. Called from the lowest to the highest.
    var isFree: @Sendable (_ port: Int, _ protocol: String) -> Bool
    /// What was found before, for the same container.
    var taken: [ClosedRange<Int>] = []

    /// The first port of a free range of the same length.
    /// - Parameter chance: not negative; decides where to begin. Searches of several agents that began at one place
    ///   would meet there, and the engine itself hands out single ports from the lowest on.
    func find(_ range: PortRange, from chance: Int) -> Int? {
        guard range.count <= ephemeral.count else { return nil }
        let start = ephemeral.lowerBound + chance % ephemeral.count
        return find(range, in: start...ephemeral.upperBound) ?? find(range, in: ephemeral)
    }

    private func find(_ range: PortRange, in ports: ClosedRange<Int>) -> Int? {
        var length = 0
        for port in ports {
            let isTaken = taken.contains { $0.contains(port) }
            length = !isTaken && isFree(port, range.protocol) ? length + 1 : 0
            if length == range.count { return port - range.count + 1 }
        }
        return nil
    }
}

extension HostPorts {
    /// The machine's own. Blocks for as long as the kernel takes to bind sockets.
    static var system: HostPorts { HostPorts(ephemeral: systemRange, isFree: canBind) }

    /// Source: Amazon ECS API Reference, PortMapping (hostPort): where the kernel does not say, 49153 to 65535.
    private static var systemRange: ClosedRange<Int> {
        let other = 49_153...65_535
        guard let file = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r") else { return other }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 64)
        guard fgets(&text, Int32(text.count), file) != nil else { return other }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let ends = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard ends.count == 2, ends[0] > 0, ends[0] < ends[1], ends[1] <= 65_535 else { return other }
        return ends[0]...ends[1]
    }

    @Sendable private static func canBind(_ port: Int, _ transport: String) -> Bool {
        let kind = transport == "udp" ? SOCK_DGRAM : SOCK_STREAM
        let socket = Glibc.socket(AF_INET, Int32(kind.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return false }
        defer { _ = Glibc.close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
