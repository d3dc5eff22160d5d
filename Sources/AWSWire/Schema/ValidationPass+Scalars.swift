/// Single values.
extension ValidationPass {
    /// Validates the next value, which has to be a single one.
    mutating func scalar(_ schema: Schema) -> Bool {
        let next = scanner.next()
        switch schema.kind {
        case .string, .enumeration, .blob:
            guard next == UInt8(ascii: "\"") else { return wrongType(schema) }
            guard let text = scanner.string() else { return malformed() }
            return validate(text, schema)
        case .boolean:
            if next == UInt8(ascii: "t") { return scanner.word("true") || malformed() }
            if next == UInt8(ascii: "f") { return scanner.word("false") || malformed() }
            return wrongType(schema)
        default:
            guard let next, next == UInt8(ascii: "-") || (0x30...0x39).contains(next) else { return wrongType(schema) }
            guard let number = scanner.number() else { return malformed() }
            return validate(number, schema)
        }
    }

    private mutating func validate(_ text: RawJSONString, _ schema: Schema) -> Bool {
        if schema.kind == .blob {
            guard Base64.decode(text.bytes) != nil || !text.isPlain else { return stop("Invalid base64 in a blob.") }
            return true
        }
        guard schema.isConstrained, let rule = brokenRule(schema, text) else { return true }
        let value = text.isPlain ? String(decoding: text.bytes, as: UTF8.self) : unescaped(text)
        report(value, rule)
        return true
    }

    private mutating func validate(_ number: RawJSONNumber, _ schema: Schema) -> Bool {
        if schema.kind == .integer || schema.kind == .long {
            let value = number.integer ?? Int(exactly: number.double.rounded(.towardZero))
            guard let value, schema.kind == .long || Int32(exactly: value) != nil else {
                return stop("NUMBER_VALUE can not be converted to \(schema.kind.phrase)")
            }
        }
        guard schema.isConstrained else { return true }
        let value = number.double
        if let minimum = schema.minimum, value < minimum {
            report(number.text, schema.rule(minimum: minimum))
        } else if let maximum = schema.maximum, value > maximum {
            report(number.text, schema.rule(maximum: maximum))
        }
        return true
    }

    /// The first rule of the schema that a text breaks; nil when it breaks none.
    func brokenRule(_ schema: Schema, _ text: RawJSONString) -> String? {
        guard !text.isPlain else { return schema.brokenRule(text.bytes) }
        return JSONEscapes.removed(from: text.bytes).withUnsafeBufferPointer { schema.brokenRule($0) }
    }

    /// Notes that the next value is not of the schema's type.
    mutating func wrongType(_ schema: Schema) -> Bool {
        switch scanner.next() {
        case UInt8(ascii: "{"): return stop("Start of structure or map found where not expected.")
        case UInt8(ascii: "["): return stop("Start of list found where not expected.")
        case UInt8(ascii: "\""): return stop(mismatch("STRING_VALUE", schema))
        case UInt8(ascii: "t"): return stop(mismatch("TRUE_VALUE", schema))
        case UInt8(ascii: "f"): return stop(mismatch("FALSE_VALUE", schema))
        case UInt8(ascii: "n"): return stop(mismatch("NULL_VALUE", schema))
        case let next? where next == UInt8(ascii: "-") || (0x30...0x39).contains(next):
            return stop(mismatch("NUMBER_VALUE", schema))
        default: return malformed()
        }
    }

    private func mismatch(_ token: String, _ schema: Schema) -> String {
        "\(token) can not be converted to \(schema.kind.phrase)"
    }

    private func unescaped(_ text: RawJSONString) -> String {
        String(decoding: JSONEscapes.removed(from: text.bytes), as: UTF8.self)
    }
}

extension RawJSONNumber {
    /// The number as it was written.
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension Schema.Kind {
    /// Whether values have no inner values.
    var isScalar: Bool {
        switch self {
        case .structure, .list, .map, .document: false
        default: true
        }
    }

    /// The type as AWS names it in errors.
    var phrase: String {
        switch self {
        case .integer: "an Integer"
        case .long: "a Long"
        case .double: "a Double"
        case .boolean: "a Boolean"
        case .timestamp: "a Timestamp"
        case .blob: "a Blob"
        case .string, .enumeration: "a String"
        case .structure: "a Structure"
        case .list: "a List"
        case .map: "a Map"
        case .document: "a Document"
        }
    }
}

extension JSONValue {
    /// The value in the form AWS quotes it in errors: texts bare, lists in brackets, maps in braces.
    var shown: String {
        switch self {
        case .string(let text): text
        case .array(let items): "[" + items.map(\.shown).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\($0.name)=\($0.value.shown)" }.joined(separator: ", ") + "}"
        default: String(decoding: encode(), as: UTF8.self)
        }
    }
}
