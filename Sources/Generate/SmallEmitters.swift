/// Writes the enumerations.
struct EnumerationEmitter {
    let model: ServiceModel

    /// Nil when the model has none.
    var text: String? {
        let shapes = model.shapes { $0.kind == .enumeration }
        guard !shapes.isEmpty else { return nil }
        var lines = CodeLines(imports: ["AWSWire"])
        lines.block("extension \(model.output.namespace) {") { lines in
            for (index, shape) in shapes.enumerated() {
                if index > 0 { lines.blank() }
                enumeration(shape, &lines)
            }
        }
        return lines.text
    }

    private func enumeration(_ shape: ShapeEntry, _ lines: inout CodeLines) {
        lines.block("package enum \(Naming.type(shape.name)): String, WireEnum {") { lines in
            for (name, value) in Naming.enumerationCases(shape.values) {
                lines.add("case \(Naming.escaped(name)) = \(Naming.literal(value))")
            }
            lines.blank()
            let name = Naming.literal(shape.name)
            lines.add("package static let schema: Schema = .enumeration(\(name), allCases.map(\\.rawValue))")
        }
    }
}

/// Writes the schemas of texts and numbers with constraints.
struct ScalarEmitter {
    let model: ServiceModel

    /// Nil when the model has none.
    var text: String? {
        let shapes = model.shapes(where: \.isConstrainedScalar)
        guard !shapes.isEmpty else { return nil }
        var lines = CodeLines(imports: ["AWSWire"])
        lines.block("extension \(model.output.namespace) {") { lines in
            lines.add("/// The texts and numbers of the model that have constraints.")
            lines.block("package enum Scalars {") { lines in
                for shape in shapes {
                    let name = Naming.escaped(Naming.lowerCamel(shape.name))
                    lines.add("package static let \(name): Schema = \(schema(shape))")
                }
            }
        }
        return lines.text
    }

    private func schema(_ shape: ShapeEntry) -> String {
        var arguments = [Naming.literal(shape.name)]
        if shape.kind != .string { arguments.append(".\(shape.kind)") }
        if let minimum = shape.minimum { arguments.append("min: \(minimum)") }
        if let maximum = shape.maximum { arguments.append("max: \(maximum)") }
        if let pattern = shape.pattern { arguments.append("pattern: \(Naming.literal(pattern))") }
        return "\(shape.kind == .string ? ".string" : ".number")(\(arguments.joined(separator: ", ")))"
    }
}

/// Writes a constructor per error.
struct ErrorEmitter {
    let model: ServiceModel

    /// - Parameter taken: the names that the target has already; the new ones are added.
    /// - Returns: nil when there is nothing to write.
    func text(_ taken: inout Set<String>) -> String? {
        let shapes = model.exceptions.compactMap { model.shapes[$0] }
            .filter { taken.insert(Naming.error($0.errorCode)).inserted }
        guard !shapes.isEmpty else { return nil }
        var lines = CodeLines(imports: ["AWSWire"])
        lines.block("extension WireError {") { lines in
            for (index, shape) in shapes.enumerated() {
                if index > 0 { lines.blank() }
                constructor(shape, &lines)
            }
        }
        return lines.text
    }

    private func constructor(_ shape: ShapeEntry, _ lines: inout CodeLines) {
        let fields = shape.members.filter { $0.name.lowercased() != "message" }.compactMap(field)
        let parameters = ["_ message: String"] + fields.map { "\($0.name): \($0.type)? = nil" }
        let name = Naming.escaped(Naming.error(shape.errorCode))
        lines.add("/// `\(shape.errorCode)`, HTTP \(shape.errorStatus).")
        lines.block("package static func \(name)(\(parameters.joined(separator: ", "))) -> WireError {") { lines in
            let code = Naming.literal(shape.errorCode)
            guard !fields.isEmpty else {
                return lines.add("WireError(code: \(code), message: message, status: \(shape.errorStatus))")
            }
            lines.add("var error = WireError(code: \(code), message: message, status: \(shape.errorStatus))")
            for field in fields {
                lines.add(
                    "if let \(field.name) { error.members[\(Naming.literal(field.key))] = \(field.value) }")
            }
            lines.add("return error")
        }
    }

    private struct Field {
        let name: String
        let key: String
        let type: String
        let value: String
    }

    /// Further members of an error: texts, numbers, and lists of texts. AWS has no others so far; they are left out.
    private func field(_ member: ShapeEntry.MemberEntry) -> Field? {
        let name = Naming.escaped(Naming.lowerCamel(member.name))
        guard let shape = model.shapes[member.shape] else { return nil }
        switch shape.kind {
        case .string: return Field(name: name, key: member.wireName, type: "String", value: ".string(\(name))")
        case .integer, .long:
            return Field(name: name, key: member.wireName, type: "Int", value: ".int(Int64(\(name)))")
        case .boolean: return Field(name: name, key: member.wireName, type: "Bool", value: ".bool(\(name))")
        case .list:
            let isText = shape.element.flatMap { model.shapes[$0.shape] }?.kind == .string
            guard isText else { return nil }
            return Field(
                name: name, key: member.wireName, type: "[String]", value: ".array(\(name).map(JSONValue.string))")
        default: return nil
        }
    }
}
