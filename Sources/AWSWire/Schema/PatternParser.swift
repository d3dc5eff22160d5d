/// Reads the simple patterns: characters, classes and their counts in a row, perhaps all in one group or between
/// `^` and `$`.
struct PatternParser {
    private var scalars: ArraySlice<Unicode.Scalar>

    init(_ source: String) {
        scalars = Array(source.unicodeScalars)[...]
        if scalars.first == "^" { scalars.removeFirst() }
        if scalars.last == "$", scalars.dropLast().last != "\\" { scalars.removeLast() }
        // One group around everything means nothing.
        if scalars.first == "(", scalars.last == ")",
            !scalars.dropFirst().dropLast().contains(where: { "()|".unicodeScalars.contains($0) })
        {
            scalars = scalars.dropFirst().dropLast()
        }
    }

    /// The pieces; nil when the pattern is not simple.
    mutating func parse() -> [TextPattern.Piece]? {
        var pieces: [TextPattern.Piece] = []
        while let next = scalars.popFirst() {
            guard let set = set(startingWith: next), let count = count() else { return nil }
            pieces.append(TextPattern.Piece(set: set, minimum: count.lowerBound, maximum: count.upperBound))
        }
        return pieces
    }

    private mutating func set(startingWith scalar: Unicode.Scalar) -> ScalarSet? {
        var set = ScalarSet()
        switch scalar {
        case "[": return characterClass()
        case "\\": return escape(into: &set) ? set : nil
        case ".":
            set.isNegated = true
            set.insert(10...10)
            return set
        case "(", ")", "|", "*", "+", "?", "{", "^", "$": return nil
        default:
            set.insert(scalar.value...scalar.value)
            return set
        }
    }

    private mutating func characterClass() -> ScalarSet? {
        var set = ScalarSet()
        if scalars.first == "^" {
            set.isNegated = true
            scalars.removeFirst()
        }
        while let scalar = scalars.popFirst() {
            if scalar == "]" { return set }
            // Sets within sets and intersections are beyond this parser.
            if scalar == "[" || (scalar == "&" && scalars.first == "&") { return nil }
            if scalar == "\\", !isPlainEscape {
                guard escape(into: &set) else { return nil }
                continue
            }
            guard let first = scalar == "\\" ? plainEscape() : scalar else { return nil }
            guard let last = rangeEnd(from: first), last.value >= first.value else { return nil }
            set.insert(first.value...last.value)
        }
        return nil
    }

    /// The end of a range that begins with `first`; `first` itself when it stands alone.
    private mutating func rangeEnd(from first: Unicode.Scalar) -> Unicode.Scalar? {
        guard scalars.first == "-", let next = scalars.dropFirst().first, next != "]" else { return first }
        scalars.removeFirst(2)
        return next == "\\" ? plainEscape() : next
    }

    /// Whether what follows a backslash stands for a single character.
    private var isPlainEscape: Bool {
        guard let next = scalars.first else { return false }
        return !"pPdDwWsSbB".unicodeScalars.contains(next)
    }

    private mutating func plainEscape() -> Unicode.Scalar? {
        guard isPlainEscape, let next = scalars.popFirst() else { return nil }
        switch next {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "u", "x": return hexadecimal(next == "u" ? 4 : 2)
        case "a"..."z", "A"..."Z", "0"..."9": return nil
        default: return next
        }
    }

    private mutating func hexadecimal(_ width: Int) -> Unicode.Scalar? {
        guard scalars.count >= width else { return nil }
        var text = String.UnicodeScalarView()
        for _ in 0..<width { text.append(scalars.removeFirst()) }
        return UInt32(String(text), radix: 16).flatMap(Unicode.Scalar.init)
    }

    /// Adds what a backslash begins.
    private mutating func escape(into set: inout ScalarSet) -> Bool {
        if let plain = plainEscape() {
            set.insert(plain.value...plain.value)
            return true
        }
        switch scalars.popFirst() {
        case "d": set.insert(0x30...0x39)
        case "w":
            for range: ClosedRange<UInt32> in [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A] { set.insert(range) }
        case "s": for range: ClosedRange<UInt32> in [0x09...0x0D, 0x20...0x20] { set.insert(range) }
        case "p": return category(into: &set)
        default: return false
        }
        return true
    }

    private mutating func category(into set: inout ScalarSet) -> Bool {
        guard scalars.popFirst() == "{", let letter = scalars.popFirst(), scalars.popFirst() == "}",
            "LNZ".unicodeScalars.contains(letter)
        else { return false }
        set.insert(category: UInt8(letter.value))
        return true
    }

    private mutating func count() -> ClosedRange<Int>? {
        switch scalars.first {
        case "*", "+", "?":
            let mark = scalars.removeFirst()
            // Possessive and lazy counts change nothing in a whole match of simple pieces, but are not simple.
            if scalars.first == "?" || scalars.first == "+" { return nil }
            return mark == "*" ? 0...Int.max : mark == "+" ? 1...Int.max : 0...1
        case "{":
            scalars.removeFirst()
            return bounds()
        default: return 1...1
        }
    }

    private mutating func bounds() -> ClosedRange<Int>? {
        guard let end = scalars.firstIndex(of: "}") else { return nil }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[..<end])
        scalars = scalars[scalars.index(after: end)...]
        let parts = String(text).split(separator: ",", omittingEmptySubsequences: false)
        guard let lower = Int(parts[0]), lower >= 0, parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return lower...lower }
        guard !parts[1].isEmpty else { return lower...Int.max }
        guard let upper = Int(parts[1]), upper >= lower else { return nil }
        return lower...upper
    }
}
