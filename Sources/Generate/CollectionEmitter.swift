/// Writes lists and maps: a schema, a reader and a writer each, so that structures only name them.
struct CollectionEmitter {
    let model: ServiceModel

    /// Nil when the model has none.
    var text: String? {
        get throws {
            let shapes = model.shapes { $0.kind == .list || $0.kind == .map }
            guard !shapes.isEmpty else { return nil }
            var lines = CodeLines(imports: ["AWSWire"])
            try lines.block("extension \(model.output.namespace) {") { lines in
                lines.add("/// The lists and maps of the model.")
                try lines.block("package enum Collections {") { lines in
                    for (index, shape) in shapes.enumerated() {
                        if index > 0 { lines.blank() }
                        try collection(shape, &lines)
                    }
                }
            }
            return lines.text
        }
    }

    private func collection(_ shape: ShapeEntry, _ lines: inout CodeLines) throws {
        let type = SwiftType(model: model, shape: shape)
        try lines.block("package enum \(Naming.type(shape.name)) {") { lines in
            lines.add("package static let schema: Schema = \(try schema(shape, try type.element))")
            lines.blank()
            if shape.kind == .list { try list(type, &lines) } else { try map(type, &lines) }
        }
    }

    private func list(_ type: SwiftType, _ lines: inout CodeLines) throws {
        let name = try type.name
        try lines.block("package static func read(_ reader: inout JSONReader) -> \(name)? {") { lines in
            lines.add("guard reader.beginList() else { return nil }")
            lines.add("var result: \(name) = []")
            try lines.block("while reader.nextElement() {") { lines in
                lines.add(try append(try type.element))
            }
            lines.add("return result")
        }
        lines.blank()
        try lines.block("package static func write(_ value: \(name), to writer: inout JSONWriter) {") { lines in
            lines.add("writer.beginList()")
            try lines.block("for item in value {") { lines in
                lines.add("writer.element()")
                lines.add(try type.element.writing("item"))
            }
            lines.add("writer.endList()")
        }
    }

    private func append(_ element: SwiftType) throws -> String {
        if element.shape.kind == .structure {
            return "if reader.nextIsObject() { result.append(\(try element.name)(from: &reader)) }"
        }
        return "if let item = \(try element.reading) { result.append(item) }"
    }

    private func map(_ type: SwiftType, _ lines: inout CodeLines) throws {
        let name = try type.name
        try lines.block("package static func read(_ reader: inout JSONReader) -> \(name)? {") { lines in
            lines.add("guard reader.beginObject() else { return nil }")
            lines.add("var result: \(name) = [:]")
            lines.add("while let key = reader.nextKey() { result[key] = \(try type.element.reading) }")
            lines.add("return result")
        }
        lines.blank()
        try lines.block("package static func write(_ value: \(name), to writer: inout JSONWriter) {") { lines in
            lines.add("writer.beginObject()")
            try lines.block("for key in value.keys.sorted() {") { lines in
                lines.add("guard let item = value[key] else { continue }")
                lines.add("writer.key(key)")
                lines.add(try type.element.writing("item"))
            }
            lines.add("writer.endObject()")
        }
    }

    private func schema(_ shape: ShapeEntry, _ element: SwiftType) throws -> String {
        var arguments = [Naming.literal(shape.name)]
        if let key = shape.key {
            arguments.append("key: \(SwiftType(model: model, shape: try model.shape(key.shape)).schema)")
            arguments.append("value: \(element.schema)")
        } else {
            arguments.append(element.schema)
        }
        if let minimum = shape.minimum { arguments.append("min: \(minimum)") }
        if let maximum = shape.maximum { arguments.append("max: \(maximum)") }
        if let names = elementNames(shape) { arguments.append("names: \(names)") }
        return ".\(shape.kind)(\(arguments.joined(separator: ", ")))"
    }

    /// The XML names, when they are not the usual ones.
    private func elementNames(_ shape: ShapeEntry) -> String? {
        var arguments: [String] = []
        if shape.isFlattened { arguments.append("isFlattened: true") }
        if shape.kind == .list, let name = shape.element?.locationName {
            arguments.append("member: \(Naming.literal(name))")
        }
        if let name = shape.key?.locationName { arguments.append("key: \(Naming.literal(name))") }
        if shape.kind == .map, let name = shape.element?.locationName {
            arguments.append("value: \(Naming.literal(name))")
        }
        return arguments.isEmpty ? nil : "Schema.ElementNames(\(arguments.joined(separator: ", ")))"
    }
}
