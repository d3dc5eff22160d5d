/// Regular expressions that clients give.
///
/// What is allowed is what all engines agree about: characters, classes, groups, alternatives and counts; no
/// references to groups and no look-around. So a pattern that is taken here is one for a balancer node, too.
/// Source: Application Load Balancers User Guide, Condition types for listener rules (regex matching), says no grammar.
struct RegularExpressions {
    /// How deep groups may nest.
    private static let maximumNesting = 16
    /// The largest number in `{n,m}`.
    private static let maximumCount = 1_000

    private let scalars: [Unicode.Scalar]
    private var position = 0

    /// Whether a text is a regular expression.
    static func isValid(_ text: String) -> Bool {
        guard text.unicodeScalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else { return false }
        var scanner = RegularExpressions(text)
        return scanner.scan()
    }

    private init(_ text: String) {
        scalars = Array(text.unicodeScalars)
    }

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = peek else { return nil }
        position += 1
        return scalar
    }

    /// Goes past a scalar, if it is the next one.
    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private mutating func scan() -> Bool {
        var nesting = 0
        // Whether a count may follow.
        var isCountable = false
        while let scalar = next() {
            switch scalar {
            case "(":
                nesting += 1
                guard nesting <= RegularExpressions.maximumNesting, groupKind() else { return false }
                isCountable = false
            case ")":
                nesting -= 1
                guard nesting >= 0 else { return false }
                isCountable = true
            case "|", "^", "$": isCountable = false
            case "*", "+", "?", "{":
                guard isCountable, scalar != "{" || bounds() else { return false }
                _ = skip("?")
                isCountable = false
            case "[":
                guard characterClass() else { return false }
                isCountable = true
            case "]", "}": return false
            case "\\":
                guard let escaped = next(), isEscape(escaped) || escaped == "b" || escaped == "B" else { return false }
                isCountable = escaped != "b" && escaped != "B"
            default: isCountable = true
            }
        }
        return nesting == 0
    }

    /// What may follow an opening parenthesis: nothing, or `?:`.
    private mutating func groupKind() -> Bool { !skip("?") || skip(":") }

    /// `n}`, `n,}` or `n,m}`.
    private mutating func bounds() -> Bool {
        guard let least = number() else { return false }
        guard skip(",") else { return skip("}") }
        if skip("}") { return true }
        guard let most = number() else { return false }
        return least <= most && skip("}")
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = peek, ("0"..."9").contains(scalar), digits.count < 5 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits).flatMap { $0 <= RegularExpressions.maximumCount ? $0 : nil }
    }

    /// What follows `[`, up to and with `]`. A hyphen stands first, last or between two characters.
    private mutating func characterClass() -> Bool {
        _ = skip("^")
        var isEmpty = true
        while let scalar = next() {
            if scalar == "]" { return !isEmpty }
            // Sets within sets mean something in some engines.
            guard scalar != "[", scalar != "&" || peek != "&", scalar != "~" || peek != "~" else { return false }
            guard scalar != "-" || isEmpty || peek == "]" else { return false }
            isEmpty = false
            guard let first = member(scalar) else { return false }
            guard peek == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else { continue }
            position += 1
            guard let end = next(), end != "[", let last = member(end), first.isCharacter, last.isCharacter,
                first.scalar.value <= last.scalar.value
            else { return false }
        }
        return false
    }

    /// A character of a class, or a class like `\d`, which can be no end of a range.
    private mutating func member(_ scalar: Unicode.Scalar) -> (scalar: Unicode.Scalar, isCharacter: Bool)? {
        guard scalar == "\\" else { return (scalar, true) }
        guard let escaped = next(), isEscape(escaped) else { return nil }
        return (escaped, !escaped.properties.isAlphabetic)
    }

    /// Classes, blanks, and every mark.
    private func isEscape(_ scalar: Unicode.Scalar) -> Bool {
        if "dDwWsStnrf".unicodeScalars.contains(scalar) { return true }
        return scalar.isASCII && scalar != " " && !scalar.properties.isAlphabetic && !("0"..."9").contains(scalar)
    }
}
