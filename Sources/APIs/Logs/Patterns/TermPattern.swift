import AWSWire

/// Words: all of the plain ones, none of those behind `-`, and any of those behind `?` when there are only such.
/// Source: CloudWatch Logs User Guide, "Matching terms in unstructured log events": `?` is ignored beside others.
struct TermPattern: Sendable {
    private var all: [PatternText] = []
    private var any: [PatternText] = []
    private var none: [PatternText] = []

    init(_ scanner: inout PatternScanner) throws(WireError) {
        scanner.skipBlanks()
        while let first = scanner.peek {
            switch first {
            case "?":
                _ = scanner.next()
                if let term = try TermPattern.term(&scanner) { any.append(term) }
            case "-":
                _ = scanner.next()
                if let term = try TermPattern.term(&scanner) { none.append(term) }
            default: if let term = try TermPattern.term(&scanner) { all.append(term) }
            }
            scanner.skipBlanks()
        }
        if !all.isEmpty || !none.isEmpty { any = [] }
    }

    var isEmpty: Bool { all.isEmpty && any.isEmpty && none.isEmpty }

    func matches(_ message: UnsafeRawBufferPointer) -> Bool {
        all.allSatisfy { $0.isFound(in: message) } && !none.contains { $0.isFound(in: message) }
            && (any.isEmpty || any.contains { $0.isFound(in: message) })
    }

    /// - Returns: nil for quotes around nothing, which find everything.
    private static func term(_ scanner: inout PatternScanner) throws(WireError) -> PatternText? {
        if scanner.peek == "%" { return try scanner.regex() }
        if scanner.peek == "\"" {
            let text = try scanner.quoted()
            return text.allSatisfy(\.isWhitespace) ? nil : .wildcard([Array(text.utf8)])
        }
        let word = scanner.word { $0.isWhitespace || $0 == "\"" }
        guard !word.isEmpty else { throw .invalidPattern("A term is missing behind ? or -.") }
        guard word.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) else {
            throw .invalidPattern("Invalid character(s) in term '\(word)'")
        }
        return .wildcard([Array(word.utf8)])
    }
}
