/// Turns an output's JSON into XML, guided by its schema.
/// Source: Smithy, AWS Query protocol, "Response serialization".
enum XMLTranscoder {
    /// Writes the members of a structure.
    static func members(_ value: JSONValue, _ schema: Schema, _ writer: inout XMLWriter) {
        for member in schema.members {
            guard let item = value[member.name], !item.isNull else { continue }
            if member.schema.elementNames.isFlattened {
                flattened(item, member.name, member.schema, &writer)
            } else {
                writer.element(member.name) { content(item, member.schema, &$0) }
            }
        }
    }

    private static func content(_ value: JSONValue, _ schema: Schema, _ writer: inout XMLWriter) {
        switch schema.kind {
        case .structure: members(value, schema, &writer)
        case .list:
            guard let element = schema.element else { return }
            for item in value.arrayValue ?? [] {
                writer.element(schema.elementNames.member) { content(item, element, &$0) }
            }
        case .map:
            for member in value.members ?? [] {
                writer.element("entry") { entry(member, schema, &$0) }
            }
        default: writer.text(text(value, schema))
        }
    }

    /// The elements of a list or map side by side, each under the member's own name.
    private static func flattened(
        _ value: JSONValue, _ name: String, _ schema: Schema, _ writer: inout XMLWriter
    ) {
        if schema.kind == .map {
            for member in value.members ?? [] { writer.element(name) { entry(member, schema, &$0) } }
        } else if let element = schema.element {
            for item in value.arrayValue ?? [] { writer.element(name) { content(item, element, &$0) } }
        }
    }

    private static func entry(_ member: JSONMember, _ schema: Schema, _ writer: inout XMLWriter) {
        guard let element = schema.element else { return }
        writer.element(schema.elementNames.key, member.name)
        writer.element(schema.elementNames.value) { content(member.value, element, &$0) }
    }

    private static func text(_ value: JSONValue, _ schema: Schema) -> String {
        switch value {
        case .string(let text): return text
        case .int, .double:
            guard schema.kind == .timestamp, let seconds = value.doubleValue else { return value.shown }
            return Timestamp(seconds: seconds).iso8601
        default: return value.shown
        }
    }
}
