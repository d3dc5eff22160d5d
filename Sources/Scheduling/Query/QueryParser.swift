import AWSWire

/// Reads expressions of the cluster query language. `&&` binds tighter than `||`, `!` tighter than both.
/// Source: Amazon ECS Developer Guide, Cluster query language.
package struct QueryParser {
    /// Longer expressions are refused.
    static let maximumLength = 4_000
    /// Deeper nesting is refused.
    static let maximumDepth = 50

    private var tokens: [QueryToken]
    private var position = 0
    private var depth = 0

    /// Parses `text`.
    /// - Throws: a `QueryError` that names what was not understood.
    package static func parse(_ text: String) throws(QueryError) -> QueryExpression {
        guard text.utf8.count <= maximumLength else {
            throw QueryError(message: "The expression is longer than \(maximumLength) characters.")
        }
        var parser = QueryParser(tokens: try QueryToken.tokens(of: text))
        let expression = try parser.parseOr()
        guard parser.current == nil else { throw parser.unexpected() }
        return expression
    }

    private init(tokens: [QueryToken]) {
        self.tokens = tokens
    }

    private var current: QueryToken? { position < tokens.count ? tokens[position] : nil }

    private mutating func parseOr() throws(QueryError) -> QueryExpression {
        var left = try parseAnd()
        while take(.symbol("||")) || take(.word("or")) { left = .or(left, try parseAnd()) }
        return left
    }

    private mutating func parseAnd() throws(QueryError) -> QueryExpression {
        var left = try parseFactor()
        while take(.symbol("&&")) || take(.word("and")) { left = .and(left, try parseFactor()) }
        return left
    }

    private mutating func parseFactor() throws(QueryError) -> QueryExpression {
        depth += 1
        defer { depth -= 1 }
        guard depth <= QueryParser.maximumDepth else { throw QueryError(message: "The expression nests too deeply.") }
        if take(.symbol("!")) || take(.word("not")) { return .not(try parseFactor()) }
        guard take(.symbol("(")) else { return try parseComparison() }
        let inner = try parseOr()
        guard take(.symbol(")")) else { throw unexpected() }
        return inner
    }

    private mutating func parseComparison() throws(QueryError) -> QueryExpression {
        let subject = try parseSubject()
        let comparison = try parseOperator()
        switch comparison {
        case .exists, .doesNotExist: return .compare(subject, comparison, .none)
        case .isIn, .isNotIn: return .compare(subject, comparison, .list(try parseList()))
        case .matches, .doesNotMatch:
            return .compare(subject, comparison, .pattern(try parsePattern()))
        default: return .compare(subject, comparison, .value(try parseValue()))
        }
    }

    private mutating func parseSubject() throws(QueryError) -> QuerySubject {
        guard case .word(let word)? = current else { throw unexpected() }
        position += 1
        switch word {
        case "agentConnected": return .agentConnected
        case "agentVersion": return .agentVersion
        case "ec2InstanceId": return .ec2InstanceId
        case "registeredAt": return .registeredAt
        case "runningTasksCount": return .runningTasksCount
        case "task:group": return .taskGroup
        default:
            let prefix = "attribute:"
            guard word.hasPrefix(prefix), word.count > prefix.count else {
                throw QueryError(message: "'\(word)' is not a subject.")
            }
            return .attribute(String(word.dropFirst(prefix.count)))
        }
    }

    private mutating func parseOperator() throws(QueryError) -> QueryOperator {
        var name: String
        switch current {
        case .symbol(let symbol)?: name = symbol
        case .word(let word)?: name = word
        default: throw unexpected()
        }
        position += 1
        if name == "!", case .word(let word)? = current, word == "in" || word == "exists" {
            name += word
            position += 1
        }
        guard let comparison = QueryOperator(name) else { throw QueryError(message: "'\(name)' is not an operator.") }
        return comparison
    }

    private mutating func parseList() throws(QueryError) -> [String] {
        guard take(.symbol("[")) else { throw unexpected() }
        var items = [try parseValue()]
        while take(.symbol(",")) { items.append(try parseValue()) }
        guard take(.symbol("]")) else { throw unexpected() }
        return items
    }

    private mutating func parsePattern() throws(QueryError) -> LinearPattern {
        let text = try parseValue()
        do throws(LinearPatternError) { return try LinearPattern(text) } catch {
            throw QueryError(message: error.message)
        }
    }

    private mutating func parseValue() throws(QueryError) -> String {
        switch current {
        case .word(let text)?, .quoted(let text)?:
            position += 1
            return text
        default: throw unexpected()
        }
    }

    private mutating func take(_ token: QueryToken) -> Bool {
        guard current == token else { return false }
        position += 1
        return true
    }

    private func unexpected() -> QueryError {
        switch current {
        case nil: QueryError(message: "The expression ends too early.")
        case .word(let text)?, .symbol(let text)?, .quoted(let text)?: QueryError(message: "'\(text)' is unexpected.")
        }
    }
}
