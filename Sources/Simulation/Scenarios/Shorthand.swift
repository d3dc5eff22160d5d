import AWSWire

/// The shorthand of the AWS CLI: `a=1,b={c=true},d=[x,y]`, read with the shape that it is for.
/// Source: AWS Command Line Interface User Guide, Using shorthand syntax.
struct Shorthand {
    private var rest: Substring

    /// Reads a word of a command: JSON, shorthand, or a plain value.
    static func value(_ word: String, _ schema: Schema) throws(ScenarioError) -> JSONValue {
        switch schema.kind {
        case .structure, .map, .list, .document:
            if word.hasPrefix("{") || word.hasPrefix("[") {
                do { return try JSONValue.parse(word) } catch { throw ScenarioError("this is no JSON: \(word)") }
            }
            var shorthand = Shorthand(rest: word[...])
            let value = try shorthand.members(of: schema, until: nil)
            guard shorthand.rest.isEmpty else { throw ScenarioError("this is no shorthand: \(word)") }
            return value
        default: return try plain(word, schema)
        }
    }

    private static func plain(_ word: String, _ schema: Schema) throws(ScenarioError) -> JSONValue {
        let value: JSONValue?
        switch schema.kind {
        case .integer, .long: value = Int64(word).map { .int($0) }
        case .double: value = Double(word).map { .double($0) }
        case .boolean: value = ["true": true, "false": false][word]
        case .timestamp: value = Double(word).map { .double($0) } ?? .string(word)
        default: value = .string(word)
        }
        guard let value else { throw ScenarioError("\(word) is not what \(schema.name) takes") }
        return value
    }

    private mutating func members(of schema: Schema, until end: Character?) throws(ScenarioError) -> JSONValue {
        var object: JSONValue = [:]
        while let first = rest.first, first != end {
            guard let equals = rest.firstIndex(of: "=") else { throw ScenarioError("a name without a value: \(rest)") }
            let name = String(rest[..<equals])
            rest = rest[equals...].dropFirst()
            guard let member = schema.kind == .map ? schema.element : schema.member(name)?.schema else {
                throw ScenarioError("\(schema.name) has no \(name)")
            }
            object[name] = try value(of: member)
            if rest.first == "," { rest = rest.dropFirst() }
        }
        if end != nil { rest = rest.dropFirst() }
        return object
    }

    private mutating func value(of schema: Schema) throws(ScenarioError) -> JSONValue {
        switch rest.first {
        case "{":
            rest = rest.dropFirst()
            return try members(of: schema, until: "}")
        case "[":
            rest = rest.dropFirst()
            guard let element = schema.element else { throw ScenarioError("\(schema.name) is no list") }
            var items: [JSONValue] = []
            while let first = rest.first, first != "]" {
                items.append(try value(of: element))
                if rest.first == "," { rest = rest.dropFirst() }
            }
            rest = rest.dropFirst()
            return .array(items)
        default:
            let word = rest.prefix { !",}]".contains($0) }
            rest = rest[word.endIndex...]
            let isOne = schema.kind != .list
            let value = try Shorthand.plain(String(word), isOne ? schema : schema.element ?? schema)
            return isOne ? value : .array([value])
        }
    }
}
