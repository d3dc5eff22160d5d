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
            } else if let symbol = symbols.first(where: { rest.hasPrefix($0) }) {
                tokens.append(.symbol(symbol))
                rest.removeFirst(symbol.count)
            } else {
                tokens.append(.word(takeWord(&rest, afterOperator: tokens.last.map(isMatch) ?? false)))
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

    private static func takeWord(_ rest: inout Substring, afterOperator isPattern: Bool) -> String {
        var word = ""
        var open = 0
        while let next = rest.first, !next.isWhitespace {
            if isPattern {
                if next == "(" || next == "[" { open += 1 }
                if next == ")" || next == "]" {
                    if open == 0 { break }
                    open -= 1
                }
            } else if "()[],=!<>&|'\"".contains(next) {
                break
            }
            word.append(next)
            rest.removeFirst()
        }
        return word
    }
}
