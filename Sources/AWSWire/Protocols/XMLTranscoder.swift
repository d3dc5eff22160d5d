/// Turns an output's JSON into XML, guided by its schema: read and written in one pass.
/// Source: Smithy, AWS Query protocol and EC2 Query protocol, "Response serialization".
enum XMLTranscoder {
    /// Writes the members of a structure.
    static func members(_ reader: inout JSONReader, _ schema: Schema, _ writer: inout XMLWriter) {
        guard reader.beginObject() else { return }
        while let index = reader.nextMember(schema) {
            let member = schema.members[index]
            if reader.nextIsNull() { continue }
            if member.schema.elementNames.isFlattened {
                elements(&reader, member.schema, each: member.name, &writer)
            } else {
                writer.element(member.name) { content(&reader, member.schema, &$0) }
            }
        }
    }

    private static func content(_ reader: inout JSONReader, _ schema: Schema, _ writer: inout XMLWriter) {
        switch schema.kind {
        case .structure: members(&reader, schema, &writer)
        case .list: elements(&reader, schema, each: schema.elementNames.member, &writer)
        case .map: elements(&reader, schema, each: "entry", &writer)
        case .timestamp: if let time = reader.timestamp() { writer.text(time.iso8601) }
        default: writer.text(text(reader.value()))
        }
    }

    /// Writes the elements of a list or map side by side, each under `name`.
    private static func elements(
        _ reader: inout JSONReader, _ schema: Schema, each name: String, _ writer: inout XMLWriter
    ) {
        guard let element = schema.element else { return reader.skip() }
        if schema.kind == .map {
            guard reader.beginObject() else { return }
            while let key = reader.nextKey() {
                writer.element(name) { writer in
                    writer.element(schema.elementNames.key, key)
                    writer.element(schema.elementNames.value) { content(&reader, element, &$0) }
                }
            }
        } else {
            guard reader.beginList() else { return }
            while reader.nextElement() { writer.element(name) { content(&reader, element, &$0) } }
        }
    }

    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { text } else { value.shown }
    }
}

extension JSONReader {
    /// Whether the next value is null. If so, it is skipped.
    fileprivate mutating func nextIsNull() -> Bool {
        skipBlanks()
        guard peek == UInt8(ascii: "n") else { return false }
        skip()
        return true
    }
}
