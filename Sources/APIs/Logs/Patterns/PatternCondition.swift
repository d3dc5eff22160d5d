import AWSWire

/// What a pattern asks of one value.
indirect enum PatternCondition: Sendable {
    enum Comparison: Sendable {
        case equal, unequal, less, greater, lessOrEqual, greaterOrEqual
    }

    case text(PatternText, isEqual: Bool)
    case number(Double, Comparison)
    case isNull
    case isBoolean(Bool)
    case isMissing
    case and(PatternCondition, PatternCondition)
    case or(PatternCondition, PatternCondition)

    /// A value that is looked at.
    enum Value {
        case missing
        case null
        case boolean(Bool)
        case number(Double)
        case text(UnsafeRawBufferPointer)
        case other
    }

    /// Reads an operator and what it compares with.
    /// - Parameter ending: the characters that end a value without quotes, beside blanks.
    /// - Returns: nil when no operator comes next.
    init?(_ scanner: inout PatternScanner, ending: String) throws(WireError) {
        let operators: [(String, Comparison)] = [
            ("!=", .unequal), ("<=", .lessOrEqual), (">=", .greaterOrEqual), ("=", .equal), ("<", .less),
            (">", .greater),
        ]
        guard let (_, comparison) = operators.first(where: { scanner.take($0.0) }) else { return nil }
        scanner.skipBlanks()
        let isText = comparison == .equal || comparison == .unequal
        switch scanner.peek {
        case "%"?:
            guard isText else { throw .invalidPattern("A regular expression can only be compared with = and !=.") }
            self = .text(try scanner.regex(), isEqual: comparison == .equal)
        case "\""?:
            guard isText else { throw .invalidPattern("A text can only be compared with = and !=.") }
            self = .text(PatternText(wildcard: try scanner.quoted()), isEqual: comparison == .equal)
        default:
            let word = scanner.word { $0.isWhitespace || ending.contains($0) || "&|".contains($0) }
            guard !word.isEmpty else { throw .invalidPattern("A value is missing.") }
            if let number = Double(word), number.isFinite, word.first?.isLetter != true {
                self = .number(number, comparison)
            } else if isText {
                self = .text(PatternText(wildcard: word), isEqual: comparison == .equal)
            } else {
                throw .invalidPattern("'\(word)' is not a number.")
            }
        }
    }

    func holds(_ value: Value) -> Bool {
        switch self {
        case .and(let left, let right): return left.holds(value) && right.holds(value)
        case .or(let left, let right): return left.holds(value) || right.holds(value)
        case .isMissing: if case .missing = value { return true } else { return false }
        case .isNull: if case .null = value { return true } else { return false }
        case .isBoolean(let wanted): if case .boolean(wanted) = value { return true } else { return false }
        case .number(let wanted, let comparison): return PatternCondition.compare(value, comparison, wanted)
        case .text(let text, let isEqual):
            switch value {
            case .text(let bytes): return text.matchesWhole(bytes) == isEqual
            case .number(let number):
                // The text `500` finds the number, too.
                let whole = Int64(exactly: number).map { String($0) } ?? String(number)
                return Array(whole.utf8).withUnsafeBytes { text.matchesWhole($0) } == isEqual
            case .missing, .null, .boolean, .other: return false
            }
        }
    }

    private static func compare(_ value: Value, _ comparison: Comparison, _ wanted: Double) -> Bool {
        let number: Double
        switch value {
        case .number(let given): number = given
        case .text(let bytes):
            guard bytes.count <= 64, let given = Double(String(decoding: bytes, as: UTF8.self)) else {
                // What is no number is another value than a number.
                return comparison == .unequal
            }
            number = given
        default: return false
        }
        return switch comparison {
        case .equal: number == wanted
        case .unequal: number != wanted
        case .less: number < wanted
        case .greater: number > wanted
        case .lessOrEqual: number <= wanted
        case .greaterOrEqual: number >= wanted
        }
    }
}
