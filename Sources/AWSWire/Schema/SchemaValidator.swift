/// Checks a request's bytes against a schema: the grammar, UTF-8, types, depth, then every constraint of the model.
///
/// One pass, without making texts unless something is wrong. Rules: a null member is absent; unknown members are
/// ignored; of a member given twice the last one decides whether it is present.
package enum SchemaValidator {
    /// - Returns: what is wrong; empty when the bytes are fine.
    package static func validate(_ bytes: [UInt8], as schema: Schema) -> [Violation] {
        bytes.withUnsafeBufferPointer { buffer in
            var pass = ValidationPass(buffer, schema)
            let isComplete = pass.validate(schema, depth: 1) && pass.expectEnd()
            assert(isComplete || pass.violations.contains { $0.kind == .form })
            return pass.violations
        }
    }
}

/// The state of one validation. Its functions return false when they stopped at an error of form.
struct ValidationPass {
    var scanner: StrictJSONScanner
    var violations: [Violation] = []
    private let root: Schema
    /// The steps from the root to the current value, as numbers only: a member's index, an element's number, or where
    /// a map's key begins. They become a text when something is wrong.
    private var path: [Int] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, _ root: Schema) {
        scanner = StrictJSONScanner(bytes)
        self.root = root
        path.reserveCapacity(16)
    }

    /// Validates the next value, which is not an allowed null.
    mutating func validate(_ schema: Schema, depth: Int) -> Bool {
        switch schema.kind {
        case .structure: return structure(schema, depth)
        case .list: return list(schema, depth)
        case .map: return map(schema, depth)
        case .document: return scanner.skipValue(depth: depth) || malformed()
        default: return scalar(schema)
        }
    }

    /// Only blanks may follow the document.
    mutating func expectEnd() -> Bool { scanner.isAtEnd() || malformed() }

    // MARK: Structures

    private mutating func structure(_ schema: Schema, _ depth: Int) -> Bool {
        guard open("{", schema, depth) else { return false }
        var missing: UInt64 = schema.requiredCount == 64 ? .max : 1 << UInt64(schema.requiredCount) - 1
        if !scanner.take("}") {
            repeat {
                guard member(schema, depth, &missing) else { return false }
            } while scanner.take(",")
            guard scanner.take("}") else { return malformed() }
        }
        if missing != 0 { reportMissing(schema, missing) }
        return true
    }

    private mutating func member(_ schema: Schema, _ depth: Int, _ missing: inout UInt64) -> Bool {
        guard scanner.next() == UInt8(ascii: "\""), let key = scanner.string(), scanner.take(":") else {
            return malformed()
        }
        let index =
            key.isPlain ? schema.memberIndex(key.bytes) : schema.memberIndex(JSONEscapes.removed(from: key.bytes))
        guard let index else { return scanner.skipValue(depth: depth + 1) || malformed() }
        let bit = schema.requiredBits[index]
        if scanner.next() == UInt8(ascii: "n") {
            missing |= bit
            return scanner.word("null") || malformed()
        }
        missing &= ~bit
        path.append(index)
        defer { path.removeLast() }
        return validate(schema.memberSchemas[index], depth: depth + 1)
    }

    private mutating func reportMissing(_ schema: Schema, _ missing: UInt64) {
        for (index, bit) in schema.requiredBits.enumerated() where missing & bit != 0 {
            path.append(index)
            report(nil, Violation.presence)
            path.removeLast()
        }
    }

    // MARK: Lists and maps

    private mutating func list(_ schema: Schema, _ depth: Int) -> Bool {
        let start = scanner.position
        guard let element = schema.element, open("[", schema, depth) else { return false }
        var count = 0
        var breaksElementRule = false
        if !scanner.take("]") {
            repeat {
                count += 1
                path.append(count)
                guard inner(element, depth, &breaksElementRule) else { return false }
                path.removeLast()
            } while scanner.take(",")
            guard scanner.take("]") else { return malformed() }
        }
        if breaksElementRule { report(shown(from: start), "Member must satisfy constraint: [\(rules(element))]") }
        checkLength(schema, count, from: start)
        return true
    }

    private mutating func map(_ schema: Schema, _ depth: Int) -> Bool {
        let start = scanner.position
        guard let element = schema.element, let keySchema = schema.key, open("{", schema, depth) else { return false }
        var count = 0
        var breaksKeyRule = false
        var breaksValueRule = false
        if !scanner.take("}") {
            repeat {
                count += 1
                let keyStart = scanner.next() == UInt8(ascii: "\"") ? scanner.position : scanner.bytes.count
                guard keyStart < scanner.bytes.count, let key = scanner.string(), scanner.take(":") else {
                    return malformed()
                }
                if keySchema.isConstrained, brokenRule(keySchema, key) != nil { breaksKeyRule = true }
                path.append(keyStart)
                guard inner(element, depth, &breaksValueRule) else { return false }
                path.removeLast()
            } while scanner.take(",")
            guard scanner.take("}") else { return malformed() }
        }
        if breaksKeyRule { report(shown(from: start), "Map keys must satisfy constraint: [\(rules(keySchema))]") }
        if breaksValueRule { report(shown(from: start), "Map value must satisfy constraint: [\(rules(element))]") }
        checkLength(schema, count, from: start)
        return true
    }

    /// Validates a value inside a list or map. A null is passed over. A single value that breaks its constraint is
    /// reported once, by its list, as AWS does.
    private mutating func inner(_ schema: Schema, _ depth: Int, _ breaksRule: inout Bool) -> Bool {
        if scanner.next() == UInt8(ascii: "n") { return scanner.word("null") || malformed() }
        guard schema.kind.isScalar else { return validate(schema, depth: depth + 1) }
        let before = violations.count
        guard scalar(schema) else { return false }
        if violations.count > before {
            violations.removeSubrange(before...)
            breaksRule = true
        }
        return true
    }

    private mutating func open(_ mark: Unicode.Scalar, _ schema: Schema, _ depth: Int) -> Bool {
        guard scanner.take(mark) else { return wrongType(schema) }
        guard depth <= JSONReader.maximumDepth else { return stop("The request body is nested too deeply.") }
        return true
    }

    private mutating func checkLength(_ schema: Schema, _ count: Int, from start: Int) {
        guard schema.isConstrained, let rule = schema.brokenLengthRule(count) else { return }
        report(shown(from: start), rule)
    }

    // MARK: Reports

    /// Notes a broken constraint at the current place.
    mutating func report(_ value: String?, _ rule: String) {
        violations.append(.constraint(pathText, value: value, rule))
    }

    /// Notes that the bytes are no JSON.
    mutating func malformed() -> Bool { stop(WireError.malformedJSON.message) }

    /// Notes an error of form, which ends the validation.
    mutating func stop(_ message: String) -> Bool {
        violations.append(.form(pathText, message))
        return false
    }

    /// The path as AWS writes it: the steps are followed from the root.
    private var pathText: String {
        var text = ""
        var schema = root
        for step in path {
            switch schema.kind {
            case .structure:
                text += (text.isEmpty ? "" : ".") + schema.members[step].name
                schema = schema.memberSchemas[step]
            case .map:
                text += ".\(key(at: step)).member"
                schema = schema.element ?? schema
            default:
                text += ".\(step).member"
                schema = schema.element ?? schema
            }
        }
        return text
    }

    private func key(at position: Int) -> String {
        var reader = JSONReader(UnsafeBufferPointer(rebasing: scanner.bytes[position...]))
        return reader.string() ?? ""
    }

    /// The value from `start` to here, as AWS shows it.
    private func shown(from start: Int) -> String {
        var reader = JSONReader(UnsafeBufferPointer(rebasing: scanner.bytes[start..<scanner.position]))
        return reader.value().shown
    }

    private func rules(_ schema: Schema) -> String { schema.rules.joined(separator: ", ") }
}
