/// A piece of an expression of the cluster query language.
enum QueryToken: Equatable {
    /// A name, an unquoted value or a word operator.
    case word(String)
    /// A quoted value.
    case quoted(String)
    /// Punctuation or a symbol operator.
    case symbol(String)

    private static let symbols = [
        "||", "&&", "==", "!=", ">=", "<=", "=~", "!~", ">", "<", "!", "(", ")", "[", "]", ",",
    ]

    /// Cuts `text` into tokens.
    static func tokens(of text: String) throws(QueryError) -> [QueryToken] {
        var tokens: [QueryToken] = []
        var rest = Substring(text)
        while let first = rest.first {
            if first.isWhitespace {
                rest.removeFirst()
            } else if first == "'" || first == "\"" {
                tokens.append(.quoted(try takeQuoted(&rest, first)))
            } else if tokens.last.map(isMatch) ?? false {
                tokens.append(.word(takePattern(&rest)))
            } else if let symbol = symbols.first(where: { rest.hasPrefix($0) }) {
                tokens.append(.symbol(symbol))
                rest.removeFirst(symbol.count)
            } else {
                let word = takeWord(&rest)
                guard !word.isEmpty else { throw QueryError(message: "'\(first)' is unexpected.") }
                tokens.append(.word(word))
            }
        }
        return tokens
    }

    /// After `=~` a bare word is a regular expression, which may hold what would else be punctuation.
    private static func isMatch(_ token: QueryToken) -> Bool {
        token == .symbol("=~") || token == .symbol("!~") || token == .word("matches") || token == .word("not_matches")
    }

    private static func takeQuoted(_ rest: inout Substring, _ quote: Character) throws(QueryError) -> String {
        rest.removeFirst()
        guard let end = rest.firstIndex(of: quote) else { throw QueryError(message: "A quoted value has no end.") }
        let text = String(rest[..<end])
        rest = rest[rest.index(after: end)...]
        return text
    }

    private static func takeWord(_ rest: inout Substring) -> String {
        let word = rest.prefix { !$0.isWhitespace && !"()[],=!<>&|'\"".contains($0) }
        rest.removeFirst(word.count)
        return String(word)
    }

    /// A bare regular expression ends with a space, or with the bracket of a group around the comparison. It is at
    /// least one character, so that whoever asks for the next token gets on.
    private static func takePattern(_ rest: inout Substring) -> String {
        var open = 0
        let pattern = rest.prefix { next in
            if next == "(" || next == "[" { open += 1 }
            if next == ")" || next == "]" { open -= 1 }
            return open >= 0 && !next.isWhitespace
        }
        guard !pattern.isEmpty else { return String(rest.removeFirst()) }
        rest.removeFirst(pattern.count)
        return String(pattern)
    }
}
