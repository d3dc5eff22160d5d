import AWSWire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What the kernel says of the host's addresses, read without any other program. Reading is apart from understanding.
enum HostAddresses {
    /// Source: Linux, proc(5): a host with ten thousand routes has a table of about 1.3 MB.
    private static let maximumTable = 8 << 20
    /// Source: the kernel's, for Ethernet.
    private static let standardMTU = 1_500

    /// Who on this host has an address, or reaches it on a wire: the name of the network interface; nil for nobody.
    static func holder(of address: IPv4Address) -> String? {
        local(address)
            ?? route(to: address, in: text("/proc/net/route", maximumTable))
            ?? neighbour(address, in: text("/proc/net/arp", maximumTable))
    }

    /// The largest packet that leaves the host in one piece.
    static var mtu: Int {
        uplink(in: text("/proc/net/route", maximumTable)).flatMap(mtu) ?? standardMTU
    }

    /// The names of our interfaces.
    static var ours: [String] { ours(in: text("/proc/net/dev", maximumTable)) }

    /// What went over tasks' interfaces, by the names of the host's ends.
    static var traffic: [String: NetworkUsage] { traffic(in: text("/proc/net/dev", maximumTable)) }

    // MARK: Understanding

    /// What the host's end receives the task has sent.
    static func traffic(in table: String) -> [String: NetworkUsage] {
        var result: [String: NetworkUsage] = [:]
        for line in table.split(separator: "\n") {
            let parts = line.split(maxSplits: 1) { $0 == ":" }
            let name = parts.first?.drop { $0 == " " } ?? ""
            guard parts.count == 2, name.hasPrefix(TaskInterface.prefix) else { continue }
            // Source: Linux, proc(5): eight counters received, of which four matter, and eight sent.
            let counters = parts[1].split(separator: " ").map { Int($0) ?? 0 }
            guard counters.count >= 12 else { continue }
            var usage = NetworkUsage()
            usage.sent = NetworkUsage.Flow(counters[0..<4])
            usage.received = NetworkUsage.Flow(counters[8..<12])
            result[String(name)] = usage
        }
        return result
    }

    /// The interface that a route of its own leads to.
    static func route(to address: IPv4Address, in table: String) -> String? {
        rows(table).first { row in
            row.count > 7 && row[7] == "FFFFFFFF" && UInt32(row[1], radix: 16)?.byteSwapped == address.bits
        }?[0]
    }

    /// The interface of the default route that counts.
    static func uplink(in table: String) -> String? {
        rows(table).filter { $0.count > 7 && $0[1] == "00000000" && $0[7] == "00000000" }
            .min { (Int($0[6]) ?? .max) < (Int($1[6]) ?? .max) }?[0]
    }

    /// The interface on whose wire somebody answered for the address; ours do not count.
    static func neighbour(_ address: IPv4Address, in table: String) -> String? {
        rows(table).first { row in
            // Source: Linux, if_arp.h: ATF_COM.
            row.count > 5 && row[0] == address.description && (Int(row[2].dropFirst(2), radix: 16) ?? 0) & 2 != 0
                && !row[5].hasPrefix(TaskInterface.prefix)
        }?[5]
    }

    static func ours(in table: String) -> [String] {
        table.split(separator: "\n").compactMap { line in
            let name = line.drop { $0 == " " }.prefix { $0 != ":" }
            return name.hasPrefix(TaskInterface.prefix) ? String(name) : nil
        }
    }

    /// Without the heading.
    private static func rows(_ table: String) -> [[String]] {
        table.split(separator: "\n").dropFirst().map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
    }

    // MARK: Reading

    private static func local(_ address: IPv4Address) -> String? {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return nil }
        defer { freeifaddrs(list) }
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let found = entry.pointee.ifa_addr, found.pointee.sa_family == sa_family_t(AF_INET) else { continue }
            let bits = found.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { $0.pointee.sin_addr.s_addr }
            if bits.bigEndian == address.bits { return String(cString: entry.pointee.ifa_name) }
        }
        return nil
    }

    private static func mtu(_ name: String) -> Int? {
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0, name.utf8.count < 16 else { return nil }
        defer { close(descriptor) }
        // Source: netdevice(7): `struct ifreq`, the name in 16 bytes and a union of 24.
        var request = [UInt8](name.utf8) + [UInt8](repeating: 0, count: 40 - name.utf8.count)
        guard ioctl(descriptor, UInt(SIOCGIFMTU), &request) == 0 else { return nil }
        let value = request.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: Int32.self) }
        return (68...65_535).contains(value) ? Int(value) : nil
    }

    static func text(_ path: String, _ limit: Int) -> String {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count < limit {
            let count = read(file, &piece, piece.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension NetworkUsage.Flow {
    /// - Parameter counters: bytes, packets, errors and dropped packets.
    fileprivate init(_ counters: ArraySlice<Int>) {
        let counters = Array(counters)
        self.init()
        (bytes, packets, errors, dropped) = (counters[0], counters[1], counters[2], counters[3])
    }
}
