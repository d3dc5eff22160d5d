/// Regular expressions that clients give.
enum RegularExpressions {
    /// How deep groups may nest: the parser calls itself for each.
    private static let maximumNesting = 16

    /// Whether a text is a regular expression.
    static func isValid(_ text: String) -> Bool {
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        guard isPrintable, nesting(text) <= maximumNesting else { return false }
        return (try? Regex(text)) != nil
    }

    private static func nesting(_ text: String) -> Int {
        var (depth, deepest) = (0, 0)
        for character in text {
            if character == "(" || character == "[" { depth += 1 }
            if character == ")" || character == "]" { depth -= 1 }
            deepest = max(deepest, depth)
        }
        return deepest
    }
}
