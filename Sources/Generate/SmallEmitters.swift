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
