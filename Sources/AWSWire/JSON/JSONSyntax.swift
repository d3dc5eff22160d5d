/// The strict grammar of JSON: what may reach a lenient `JSONReader`.
/// Source: RFC 8259.
package enum JSONSyntax {
    /// Whether the bytes are exactly one JSON value in UTF-8, not nested deeper than the reader goes.
    package static func isValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            var scanner = StrictJSONScanner(buffer)
            return scanner.skipValue(depth: 1) && scanner.isAtEnd()
        }
    }
}

/// Walks over JSON and stops at the first byte that may not stand where it stands.
struct StrictJSONScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// The next byte that is no blank; nil at the end.
    mutating func next() -> UInt8? {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            position += 1
        }
        return nil
    }

    /// Whether only blanks are left.
    mutating func isAtEnd() -> Bool { next() == nil }

    /// Goes past a punctuation mark if it is next.
    mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard next() == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    /// Goes past any value.
    /// - Parameter depth: how deep a list or object here would lie; the outermost is 1.
    /// - Returns: false when it is not well-formed.
    mutating func skipValue(depth: Int) -> Bool {
        switch next() {
        case UInt8(ascii: "{"): return skipObject(depth)
        case UInt8(ascii: "["): return skipList(depth)
        case UInt8(ascii: "\""): return string() != nil
        case UInt8(ascii: "t"): return word("true")
        case UInt8(ascii: "f"): return word("false")
        case UInt8(ascii: "n"): return word("null")
        default: return number() != nil
        }
    }

    /// Goes past a word that stands for a value.
    mutating func word(_ word: StaticString) -> Bool {
        let end = position + word.utf8CodeUnitCount
        guard end <= bytes.count else { return false }
        for index in 0..<word.utf8CodeUnitCount where bytes[position + index] != word.utf8Start[index] { return false }
        position = end
        return true
    }

    /// Goes past a number; nil when there is none.
    mutating func number() -> RawJSONNumber? {
        let start = position
        if peek == UInt8(ascii: "-") { position += 1 }
        if peek == UInt8(ascii: "0") { position += 1 } else if !digits() { return nil }
        if peek == UInt8(ascii: ".") {
            position += 1
            guard digits() else { return nil }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            guard digits() else { return nil }
        }
        return RawJSONNumber(bytes: UnsafeBufferPointer(rebasing: bytes[start..<position]))
    }

    /// Goes past a quoted text and checks its escapes and its UTF-8; nil when it is wrong.
    mutating func string() -> RawJSONString? {
        let start = position + 1
        var index = start
        var isPlain = true
        var isASCII = true
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") { break }
            if byte < 0x20 { return nil }
            if byte >= 0x80 { isASCII = false }
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                guard let length = escapeLength(index) else { return nil }
                index += length
            } else {
                index += 1
            }
        }
        guard index < bytes.count else { return nil }
        let text = UnsafeBufferPointer(rebasing: bytes[start..<index])
        guard isASCII || UTF8Check.isValid(text) else { return nil }
        position = index + 1
        return RawJSONString(bytes: text, isPlain: isPlain)
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func digits() -> Bool {
        let start = position
        while let byte = peek, (0x30...0x39).contains(byte) { position += 1 }
        return position > start
    }

    private func escapeLength(_ index: Int) -> Int? {
        guard index + 1 < bytes.count else { return nil }
        if JSONEscapes.replacement(bytes[index + 1]) != nil { return 2 }
        guard bytes[index + 1] == UInt8(ascii: "u"), index + 6 <= bytes.count else { return nil }
        for digit in bytes[index + 2..<index + 6] where digit.hexValue == nil { return nil }
        return 6
    }

    private mutating func skipObject(_ depth: Int) -> Bool {
        guard depth <= JSONReader.maximumDepth else { return false }
        position += 1
        if take("}") { return true }
        repeat {
            guard next() == UInt8(ascii: "\""), string() != nil, take(":"), skipValue(depth: depth + 1) else {
                return false
            }
        } while take(",")
        return take("}")
    }

    private mutating func skipList(_ depth: Int) -> Bool {
        guard depth <= JSONReader.maximumDepth else { return false }
        position += 1
        if take("]") { return true }
        repeat {
            guard skipValue(depth: depth + 1) else { return false }
        } while take(",")
        return take("]")
    }
}

/// Whether bytes are UTF-8, without making a text of them.
enum UTF8Check {
    static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 0
        while index < bytes.count {
            let length = sequenceLength(bytes, index)
            guard length > 0 else { return false }
            index += length
        }
        return true
    }

    /// The length of the well-formed sequence at `index`; 0 when there is none.
    /// Source: The Unicode Standard, table 3-7, Well-Formed UTF-8 Byte Sequences.
    private static func sequenceLength(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
        let first = bytes[index]
        if first < 0x80 { return 1 }
        let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        guard length > 0, index + length <= bytes.count else { return 0 }
        let second = bytes[index + 1]
        let lowest: UInt8 = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80
        let highest: UInt8 = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF
        guard second >= lowest, second <= highest else { return 0 }
        for offset in 2..<max(length, 2) where bytes[index + offset] & 0xC0 != 0x80 { return 0 }
        return length
    }
}

extension WireError {
    /// The body is no JSON at all.
    static var malformedJSON: WireError { .serialization("The request body is not valid JSON.") }
}
