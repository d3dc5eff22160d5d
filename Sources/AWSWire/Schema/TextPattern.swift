/// A pattern of a text, matched whole: `[a-z]+`, `([\p{L}_.:/=+\-@]*)`, `ecs-svc/[0-9]{1,19}`.
///
/// The patterns of AWS's models are nearly all a row of character classes with counts; those run on bytes here, without
/// allocation. Anything else goes to Swift's `Regex`, which is much slower.
package struct TextPattern: Sendable {
    /// The pattern as the model writes it.
    package let source: String
    /// Nil when the pattern needs a real regular expression.
    private let pieces: [Piece]?

    struct Piece: Sendable {
        var set: ScalarSet
        var minimum: Int
        var maximum: Int
    }

    init(_ source: String) {
        self.source = source
        var parser = PatternParser(source)
        pieces = parser.parse()
    }

    /// Whether the whole text matches.
    /// - Parameter text: valid UTF-8.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let pieces else { return matchesRegex(text) }
        return matches(pieces[...], text, from: 0)
    }

    /// Takes as much as the first piece may have, and gives back until the rest matches.
    private func matches(_ pieces: ArraySlice<Piece>, _ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Bool {
        guard let piece = pieces.first else { return start == text.count }
        var position = start
        var count = 0
        while count < piece.maximum, let next = piece.set.end(of: text, at: position) {
            position = next
            count += 1
        }
        let rest = pieces.dropFirst()
        // The last piece has to end with the text: no use in giving back.
        if rest.isEmpty { return count >= piece.minimum && position == text.count }
        while count >= piece.minimum {
            if matches(rest, text, from: position) { return true }
            guard count > 0 else { return false }
            repeat { position -= 1 } while text[position] & 0xC0 == 0x80
            count -= 1
        }
        return false
    }

    /// A pattern neither of the two understands refuses nothing.
    private func matchesRegex(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let regex = try? Regex(source) else { return true }
        return (try? regex.wholeMatch(in: String(decoding: text, as: UTF8.self))) != nil
    }
}

/// A set of characters: a mask for ASCII, ranges and general categories for the rest.
struct ScalarSet: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    private var ranges: [ClosedRange<UInt32>] = []
    private var categories: [UInt8] = []
    var isNegated = false

    /// Adds a range of scalars.
    mutating func insert(_ range: ClosedRange<UInt32>) {
        for scalar in range.clamped(to: 0...127) where range.contains(scalar) { insertASCII(scalar) }
        if range.upperBound > 127 { ranges.append(max(range.lowerBound, 128)...range.upperBound) }
    }

    /// Adds a general category by the first letter of its name, as in `\p{L}`.
    mutating func insert(category: UInt8) {
        categories.append(category)
        for scalar in UInt32(0)...127 where ScalarSet.isIn(category, Unicode.Scalar(UInt8(scalar))) {
            insertASCII(scalar)
        }
    }

    /// Where the character at `position` ends if it is in the set; nil when it is not, or at the end of the text.
    func end(of text: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
        guard position < text.count else { return nil }
        let byte = text[position]
        if byte < 0x80 {
            let isIn = byte < 64 ? low >> UInt64(byte) & 1 : high >> UInt64(byte - 64) & 1
            return (isIn == 1) != isNegated ? position + 1 : nil
        }
        let length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        guard position + length <= text.count else { return nil }
        var code = UInt32(byte) & (0x7F >> UInt32(length))
        for offset in 1..<length { code = code << 6 | UInt32(text[position + offset] & 0x3F) }
        let isIn = ranges.contains { $0.contains(code) } || isInCategory(code)
        return isIn != isNegated ? position + length : nil
    }

    private mutating func insertASCII(_ scalar: UInt32) {
        if scalar < 64 { low |= 1 << UInt64(scalar) } else { high |= 1 << UInt64(scalar - 64) }
    }

    private func isInCategory(_ code: UInt32) -> Bool {
        guard !categories.isEmpty, let scalar = Unicode.Scalar(code) else { return false }
        return categories.contains { ScalarSet.isIn($0, scalar) }
    }

    private static func isIn(_ category: UInt8, _ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            category == UInt8(ascii: "L")
        case .decimalNumber, .letterNumber, .otherNumber: category == UInt8(ascii: "N")
        case .spaceSeparator, .lineSeparator, .paragraphSeparator: category == UInt8(ascii: "Z")
        default: false
        }
    }
}
