/// Writes the structures.
struct StructureEmitter {
    let model: ServiceModel

    func text(_ shapes: [ShapeEntry]) throws -> String {
        var lines = CodeLines(imports: ["AWSWire"])
        try lines.block("extension \(model.output.namespace) {") { lines in
            for (index, shape) in shapes.enumerated() {
                if index > 0 { lines.blank() }
                try structure(shape, &lines)
            }
        }
        return lines.text
    }

    private struct Field {
        let member: ShapeEntry.MemberEntry
        let type: SwiftType
        var name: String { Naming.escaped(Naming.lowerCamel(member.name)) }
        /// Required structures and enumerations have no cheap default: they are read into an optional first.
        var isReadIntoLocal: Bool {
            member.isRequired && (type.shape.kind == .structure || type.shape.kind == .enumeration)
        }
    }

    private func structure(_ shape: ShapeEntry, _ lines: inout CodeLines) throws {
        let fields = try shape.members.map {
            Field(member: $0, type: SwiftType(model: model, shape: try model.shape($0.shape)))
        }
        try lines.block("package struct \(Naming.type(shape.name)): Shape {") { lines in
            for field in fields {
                lines.add("package var \(field.name): \(try field.type.name)\(field.member.isRequired ? "" : "?")")
            }
            if !fields.isEmpty { lines.blank() }
            try memberwiseInitializer(fields, &lines)
            lines.blank()
            schema(shape, fields, &lines)
            lines.blank()
            try reader(fields, &lines)
            lines.blank()
            writer(fields, &lines)
        }
    }

    private func memberwiseInitializer(_ fields: [Field], _ lines: inout CodeLines) throws {
        let parameters = try fields.map {
            "\($0.name): \(try $0.type.name)\($0.member.isRequired ? "" : "? = nil")"
        }
        guard !fields.isEmpty else { return lines.add("package init() {}") }
        lines.block("package init(\(parameters.joined(separator: ", "))) {") { lines in
            for field in fields { lines.add("self.\(field.name) = \(field.name)") }
        }
    }

    private func schema(_ shape: ShapeEntry, _ fields: [Field], _ lines: inout CodeLines) {
        let name = Naming.literal(shape.name)
        guard !fields.isEmpty else { return lines.add("package static let schema: Schema = .structure(\(name))") }
        lines.block("package static let schema: Schema = .structure(\(name)) { members in") { lines in
            for field in fields {
                let function = field.member.isRequired ? "required" : "optional"
                lines.add("members.\(function)(\(Naming.literal(field.member.wireName)), \(field.type.schema))")
            }
        }
    }

    private func reader(_ fields: [Field], _ lines: inout CodeLines) throws {
        try lines.block("package init(from reader: inout JSONReader) {") { lines in
            for (index, field) in fields.enumerated() where field.member.isRequired {
                if field.isReadIntoLocal {
                    lines.add("var value\(index): \(try field.type.name)? = nil")
                } else {
                    lines.add("self.\(field.name) = \(try field.type.defaultValue)")
                }
            }
            guard !fields.isEmpty else { return lines.add("reader.skip()") }
            try lines.block("if reader.beginObject() {") { lines in
                try lines.block("while let index = reader.nextMember(Self.schema) {") { lines in
                    lines.add("switch index {")
                    for (index, field) in fields.enumerated() {
                        lines.add("case \(index): \(try assignment(index, field))")
                    }
                    lines.add("default: reader.skip()")
                    lines.add("}")
                }
            }
            for (index, field) in fields.enumerated() where field.isReadIntoLocal {
                lines.add("self.\(field.name) = value\(index) ?? \(try field.type.defaultValue)")
            }
        }
    }

    private func assignment(_ index: Int, _ field: Field) throws -> String {
        let reading = try field.type.reading
        if field.isReadIntoLocal { return "value\(index) = \(reading)" }
        return "self.\(field.name) = \(reading)\(field.member.isRequired ? " ?? \(try field.type.defaultValue)" : "")"
    }

    private func writer(_ fields: [Field], _ lines: inout CodeLines) {
        lines.block("package func encode(to writer: inout JSONWriter) {") { lines in
            lines.add("writer.beginObject()")
            for field in fields { write(field, &lines) }
            lines.add("writer.endObject()")
        }
    }

    private func write(_ field: Field, _ lines: inout CodeLines) {
        let key = Naming.literal(field.member.wireName)
        switch field.type.shape.kind {
        case .string, .double, .boolean, .timestamp, .blob:
            lines.add("writer.\(field.type.shape.kind)(\(key), self.\(field.name))")
        case .integer, .long: lines.add("writer.integer(\(key), self.\(field.name))")
        case .document: lines.add("writer.value(\(key), self.\(field.name))")
        case .enumeration:
            lines.add("writer.string(\(key), self.\(field.name)\(field.member.isRequired ? "" : "?").rawValue)")
        case .structure, .list, .map:
            if field.member.isRequired {
                lines.add("writer.key(\(key))")
                lines.add(field.type.writing("self.\(field.name)"))
            } else {
                lines.block("if let value = self.\(field.name) {") { lines in
                    lines.add("writer.key(\(key))")
                    lines.add(field.type.writing("value"))
                }
            }
        }
    }
}
