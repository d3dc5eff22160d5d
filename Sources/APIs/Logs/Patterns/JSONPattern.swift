import AWSWire

/// Conditions on an event that is a JSON object: `{ $.level = "ERROR" && ($.code > 499 || $.user NOT EXISTS) }`.
/// Source: CloudWatch Logs User Guide, "Matching terms in JSON log events".
struct JSONPattern: Sendable {
    private indirect enum Expression: Sendable {
        case test([Step], PatternCondition)
        case and(Expression, Expression)
        case or(Expression, Expression)
    }

    /// A step into a value.
    private enum Step: Sendable {
        case member(String)
        case element(Int)
        /// Any element of a list, or any member of an object.
        case any
    }

    private static let maximumDepth = 20

    private let expression: Expression

    init(_ scanner: inout PatternScanner) throws(WireError) {
        _ = scanner.next()
        expression = try JSONPattern.disjunction(&scanner, depth: 0)
        guard scanner.take("}") else { throw .invalidPattern("A closing brace is missing.") }
        scanner.skipBlanks()
        guard scanner.isAtEnd else { throw .invalidPattern("Something follows the closing brace.") }
    }

    func matches(_ message: UnsafeRawBufferPointer) -> Bool {
        guard let value = try? JSONValue.parse(Array(message)), value.members != nil else { return false }
        return JSONPattern.holds(expression, value)
    }

    private static func holds(_ expression: Expression, _ value: JSONValue) -> Bool {
        switch expression {
        case .and(let left, let right): holds(left, value) && holds(right, value)
        case .or(let left, let right): holds(left, value) || holds(right, value)
        case .test(let path, let condition): holds(condition, value, path[...])
        }
    }

    private static func holds(_ condition: PatternCondition, _ value: JSONValue?, _ path: ArraySlice<Step>) -> Bool {
        guard let value else { return condition.holds(.missing) }
        guard let step = path.first else { return holds(condition, value) }
        let rest = path.dropFirst()
        switch step {
        case .member(let name): return holds(condition, value[name], rest)
        case .element(let index): return holds(condition, value[index], rest)
        case .any:
            let values = value.arrayValue ?? value.members?.map(\.value) ?? []
            return values.contains { holds(condition, $0, rest) }
        }
    }

    private static func holds(_ condition: PatternCondition, _ value: JSONValue) -> Bool {
        switch value {
        case .null: condition.holds(.null)
        case .bool(let flag): condition.holds(.boolean(flag))
        case .int(let number): condition.holds(.number(Double(number)))
        case .double(let number): condition.holds(.number(number))
        case .string(let text): Array(text.utf8).withUnsafeBytes { condition.holds(.text($0)) }
        case .array, .object: condition.holds(.other)
        }
    }

    // MARK: Reading

    private static func disjunction(_ scanner: inout PatternScanner, depth: Int) throws(WireError) -> Expression {
        guard depth < maximumDepth else { throw .invalidPattern("Parentheses nest too deeply.") }
        var result = try conjunction(&scanner, depth: depth)
        while scanner.take("||") { result = .or(result, try conjunction(&scanner, depth: depth)) }
        return result
    }

    private static func conjunction(_ scanner: inout PatternScanner, depth: Int) throws(WireError) -> Expression {
        var result = try factor(&scanner, depth: depth)
        while scanner.take("&&") { result = .and(result, try factor(&scanner, depth: depth)) }
        return result
    }

    private static func factor(_ scanner: inout PatternScanner, depth: Int) throws(WireError) -> Expression {
        guard scanner.take("(") else { return try test(&scanner) }
        let inner = try disjunction(&scanner, depth: depth + 1)
        guard scanner.take(")") else { throw .invalidPattern("A closing parenthesis is missing.") }
        return inner
    }

    private static func test(_ scanner: inout PatternScanner) throws(WireError) -> Expression {
        guard scanner.take("$") else { throw .invalidPattern("A selector begins with $.") }
        let path = try steps(&scanner)
        if scanner.takeKeyword("IS") {
            if scanner.takeKeyword("NULL") { return .test(path, .isNull) }
            if scanner.takeKeyword("TRUE") { return .test(path, .isBoolean(true)) }
            if scanner.takeKeyword("FALSE") { return .test(path, .isBoolean(false)) }
            throw .invalidPattern("IS is followed by NULL, TRUE or FALSE.")
        }
        if scanner.takeKeyword("NOT") {
            guard scanner.takeKeyword("EXISTS") else { throw .invalidPattern("NOT is followed by EXISTS.") }
            return .test(path, .isMissing)
        }
        guard let condition = try PatternCondition(&scanner, ending: "})") else {
            throw .invalidPattern("A selector is followed by a comparison.")
        }
        return .test(path, condition)
    }

    /// `.name`, `.["name"]`, `["name"]`, `[0]`, `[*]`, `.*`
    private static func steps(_ scanner: inout PatternScanner) throws(WireError) -> [Step] {
        var steps: [Step] = []
        while let character = scanner.peek, character == "." || character == "[" {
            _ = scanner.next()
            if character == ".", scanner.peek == "[" { continue }
            steps.append(character == "." ? try member(&scanner) : try subscripted(&scanner))
        }
        return steps
    }

    private static func member(_ scanner: inout PatternScanner) throws(WireError) -> Step {
        let name = scanner.word { $0.isWhitespace || ".[]=!<>&|(){}\"%".contains($0) }
        guard !name.isEmpty else { throw .invalidPattern("A selector has an empty name.") }
        return name == "*" ? .any : .member(name)
    }

    private static func subscripted(_ scanner: inout PatternScanner) throws(WireError) -> Step {
        let step: Step
        if scanner.peek == "\"" {
            step = .member(try scanner.quoted())
        } else {
            let text = scanner.word { $0 == "]" }
            guard text == "*" || (Int(text).map { $0 >= 0 } ?? false) else {
                throw .invalidPattern("'\(text)' is not the number of an element.")
            }
            step = Int(text).map { .element($0) } ?? .any
        }
        guard scanner.next() == "]" else { throw .invalidPattern("A closing bracket is missing in a selector.") }
        return step
    }
}
