import AWSWire
import NIOCore
import NodeLink

/// How texts of others become parts of HAProxy's configuration, and nothing else: whatever they hold, they stay one
/// word on their line.
/// Source: HAProxy 2.6 Configuration Manual, sections 2.2 "Quoting and escaping" and 7.1 "ACL basics".
enum HAProxySyntax {
    /// One word of a line. NUL, which no file of HAProxy's can hold, is left out.
    static func word(_ text: String) -> String {
        let bytes = text.utf8.filter { $0 != 0 }
        if !bytes.isEmpty, bytes.allSatisfy({ isPlain($0) }) { return text.filter { $0 != "\0" } }
        if bytes.contains(where: { isControl($0) }) {
            return bytes.map { isPlain($0) ? String(UnicodeScalar($0)) : escape($0) }.joined()
        }
        // Between single quotes nothing has a meaning but a single quote.
        let parts = bytes.split(separator: UInt8(ascii: "'"), omittingEmptySubsequences: false)
        return "'" + parts.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "'\\''") + "'"
    }

    /// `\x2f`: understood by the configuration, by PCRE and in the replacement of a regular expression.
    static func escape(_ byte: UInt8) -> String { "\\x" + hex(byte) }

    static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    /// A name of a section: ASCII letters, digits and hyphens stay, `/` becomes `.`, other bytes `_XX`. No two ids get
    /// the same name.
    static func name(_ id: String) -> String {
        id.utf8.map { byte in
            if isAlphanumeric(byte) || byte == UInt8(ascii: "-") { return String(UnicodeScalar(byte)) }
            return byte == UInt8(ascii: "/") ? "." : "_" + hex(byte)
        }.joined()
    }

    /// A name for a server that tells clients nothing, for it is also the value of stickiness cookies.
    static func serverName(group: String, _ target: BalancerTargets.Target) -> String {
        let text = [group, target.id, "\(target.port)", target.address].joined(separator: "\n")
        return "t" + digest(text, length: 20)
    }

    /// What may stand in a header's name in a sample fetch: the token characters without quotes.
    /// Source: RFC 9110, section 5.6.2.
    static func isHeaderName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.!#&*+^|~".utf8.contains($0) }
    }

    /// An address or a block of addresses.
    static func isBlock(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = try? SocketAddress(ipAddress: String(parts[0]), port: 0) else {
            return false
        }
        guard parts.count == 2 else { return true }
        guard let length = Int(parts[1]), String(length) == parts[1] else { return false }
        if case .v6 = address { return (0...128).contains(length) }
        return (0...32).contains(length)
    }

    /// Some hexadecimal digits for a short name.
    static func digest(_ text: String, length: Int) -> String {
        String(SHA256Digest.hex(of: Array(text.utf8)).prefix(length))
    }

    static func isPlain(_ byte: UInt8) -> Bool { isAlphanumeric(byte) || "/-_.:".utf8.contains(byte) }

    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
