/// Single values. Each function consumes exactly one value; nil means null, another type, or garbage.
extension JSONReader {
    /// Reads a text.
    package mutating func string() -> String? {
        skipBlanks()
        guard peek == UInt8(ascii: "\"") else {
            skip()
            return nil
        }
        guard let raw = rawString() else {
            fail()
            return nil
        }
        return text(raw)
    }

    /// Reads `true` or `false`.
    package mutating func boolean() -> Bool? {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "t"):
            skip()
            return hasFailed ? nil : true
        case UInt8(ascii: "f"):
            skip()
            return hasFailed ? nil : false
        default:
            skip()
            return nil
        }
    }

    /// Reads a whole number; a fraction is cut off.
    package mutating func integer() -> Int? {
        guard let number = rawNumber() else { return nil }
        if let value = number.integer { return value }
        let value = number.double.rounded(.towardZero)
        return Int(exactly: value)
    }

    /// Reads a number.
    package mutating func double() -> Double? {
        rawNumber()?.double
    }

    /// Reads a time: a number of seconds since 1970, with a fraction.
    package mutating func timestamp() -> Timestamp? {
        rawNumber()?.timestamp
    }

    /// Reads a blob, which is a text in base 64.
    package mutating func blob() -> [UInt8]? {
        guard let text = string() else { return nil }
        return Base64.decode(text.utf8)
    }

    /// Skips one value of any kind.
    package mutating func skip() {
        var nesting = 0
        repeat {
            skipBlanks()
            switch peek {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                nesting += 1
                position += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                guard nesting > 0 else { return fail() }
                nesting -= 1
                position += 1
            case UInt8(ascii: "\""):
                guard rawString() != nil else { return fail() }
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                guard nesting > 0 else { return fail() }
                position += 1
            case nil: return fail()
            default: skipWord()
            }
        } while nesting > 0
    }

    private mutating func skipWord() {
        let start = position
        while let byte = peek, byte.isJSONWord { position += 1 }
        if position == start { fail() }
    }

    mutating func rawNumber() -> RawJSONNumber? {
        skipBlanks()
        let start = position
        guard let first = peek, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
            skip()
            return nil
        }
        while let byte = peek, byte.isJSONWord { position += 1 }
        return RawJSONNumber(bytes: UnsafeBufferPointer(rebasing: bytes[start..<position]))
    }
}

extension UInt8 {
    /// Whether the byte may stand in a number or one of the words `true`, `false` and `null`.
    var isJSONWord: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+"): true
        default: false
        }
    }
}
