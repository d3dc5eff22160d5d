import AWSWire

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Gives the machine an address of its own, on the loopback interface: containers in bridges and in the host's network
/// reach it, other machines do not. It stays when the agent ends, because others may use it.
enum LinkLocalAddress {
    struct Failure: Error, CustomStringConvertible {
        var code: Int32
        var description: String { String(cString: strerror(code)) }
    }

    /// Source: rtnetlink(7), netlink(7).
    private enum Netlink {
        static let newAddress: UInt16 = 20
        static let error: UInt16 = 2
        /// NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL.
        static let flags: UInt16 = 0x1 | 0x4 | 0x400 | 0x200
        static let route: Int32 = 0
        static let addressAttribute: UInt16 = 1
        static let localAttribute: UInt16 = 2
    }

    /// Adds `address/32` to `lo`. That it is there already is fine.
    /// - Throws: `Failure`, EPERM without the right to do that.
    static func add(_ address: IPv4Address) throws(Failure) {
        let descriptor = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Netlink.route)
        guard descriptor >= 0 else { throw Failure(code: errno) }
        defer { close(descriptor) }
        let request = message(address, interface: if_nametoindex("lo"))
        guard send(descriptor, request, request.count, 0) == request.count else { throw Failure(code: errno) }
        var answer = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &answer, answer.count, 0)
        guard count >= 20 else { throw Failure(code: count < 0 ? errno : EPROTO) }
        let code = answer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: Int32.self) }
        let kind = answer.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: UInt16.self) }
        guard kind == Netlink.error else { throw Failure(code: EPROTO) }
        guard code == 0 || code == -EEXIST else { throw Failure(code: -code) }
    }

    /// `nlmsghdr`, `ifaddrmsg`, and two attributes with the address.
    private static func message(_ address: IPv4Address, interface: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        func append(_ value: some FixedWidthInteger) { withUnsafeBytes(of: value) { bytes += $0 } }
        append(UInt32(40))
        append(Netlink.newAddress)
        append(Netlink.flags)
        append(UInt32(1))
        append(UInt32(0))
        bytes += [UInt8(AF_INET), 32, 0, 0]
        append(interface)
        for attribute in [Netlink.localAttribute, Netlink.addressAttribute] {
            append(UInt16(8))
            append(attribute)
            append(address.bits.bigEndian)
        }
        return bytes
    }
}
