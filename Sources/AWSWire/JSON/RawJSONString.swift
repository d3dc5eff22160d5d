/// A text between its quotes, as it stands in the JSON.
struct RawJSONString {
    let bytes: UnsafeBufferPointer<UInt8>
    /// Whether there are no escapes, so that the bytes are the text.
    let isPlain: Bool
}

extension JSONReader {
    /// Goes past a quoted text; nil, without moving, when there is none.
    mutating func rawString() -> RawJSONString? {
        guard peek == UInt8(ascii: "\"") else { return nil }
        let start = position + 1
        var end = start
        var isPlain = true
        while end < bytes.count {
            let byte = bytes[end]
            if byte == UInt8(ascii: "\"") {
                position = end + 1
                return RawJSONString(bytes: UnsafeBufferPointer(rebasing: bytes[start..<end]), isPlain: isPlain)
            }
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                end += 1
            }
            end += 1
        }
        return nil
    }

    /// The text without its escapes. Bytes that are not UTF-8 become replacement characters.
    func text(_ raw: RawJSONString) -> String {
        raw.isPlain ? String(decoding: raw.bytes, as: UTF8.self) : String(decoding: unescaped(raw), as: UTF8.self)
    }

    /// The text's bytes with escapes replaced.
    func unescaped(_ raw: RawJSONString) -> [UInt8] {
        JSONEscapes.removed(from: raw.bytes)
    }
}

/// The escapes of JSON texts.
/// Source: RFC 8259, section 7.
enum JSONEscapes {
    /// The bytes with escapes replaced; escapes that are none are dropped.
    static func removed(from bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var position = 0
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte == UInt8(ascii: "\\"), position < bytes.count else {
                result.append(byte)
                continue
            }
            let kind = bytes[position]
            position += 1
            if kind == UInt8(ascii: "u") {
                result.append(contentsOf: scalar(bytes, &position))
            } else if let replacement = replacement(kind) {
                result.append(replacement)
            }
        }
        return result
    }

    /// What a letter after a backslash stands for; nil when it may not stand there.
    static func replacement(_ kind: UInt8) -> UInt8? {
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): kind
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// Reads the digits behind `\u`, and a second escape when the first is the high half of a pair.
    private static func scalar(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> String.UTF8View {
        guard let first = unit(bytes, &position) else { return "\u{FFFD}".utf8 }
        var code = first
        if (0xD800..<0xDC00).contains(first), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            var next = position + 2
            if let second = unit(bytes, &next), (0xDC00..<0xE000).contains(second) {
                position = next
                code = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
            }
        }
        return String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8
    }

    private static func unit(_ bytes: UnsafeBufferPointer<UInt8>, _ position: inout Int) -> UInt32? {
        guard position + 4 <= bytes.count else { return nil }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = byte.hexValue else { return nil }
            code = code << 4 | UInt32(digit)
        }
        position += 4
        return code
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit; nil for another character.
    var hexValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
