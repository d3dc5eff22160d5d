/// UUIDs as text, made from bytes that have their own reason to be random.
package enum UUIDText {
    /// A version 4 UUID in lower case.
    /// - Parameter bytes: at least 16; what the version does not fix is taken as it is.
    package static func version4(_ bytes: [UInt8]) -> String {
        precondition(bytes.count >= 16, "a UUID has 16 bytes")
        var bytes = Array(bytes.prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        return plain(bytes)
    }

    /// Sixteen bytes that are a UUID already, in lower case with hyphens.
    package static func plain(_ bytes: [UInt8]) -> String {
        let digits = SHA256Digest.hexadecimal(bytes)
        var parts: [Substring] = []
        var rest = digits[...]
        for length in [8, 4, 4, 4, 12] {
            parts.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return parts.joined(separator: "-")
    }
}
