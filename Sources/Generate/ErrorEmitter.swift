/// Writes a constructor per error.
struct ErrorEmitter {
    let model: ServiceModel

    /// - Parameter names: the constructors that the target has already; the new ones are added.
    /// - Returns: nil when there is nothing to write.
    func text(_ names: inout ErrorNames) -> String? {
        let shapes = model.exceptions.compactMap { model.shapes[$0] }.compactMap { shape in
            names.add(shape, in: model.output.namespace).map { (name: $0, shape: shape) }
        }
        guard !shapes.isEmpty else { return nil }
        var lines = CodeLines(imports: ["AWSWire"])
        lines.block("extension WireError {") { lines in
            for (index, entry) in shapes.enumerated() {
                if index > 0 { lines.blank() }
                constructor(entry.shape, entry.name, &lines)
            }
        }
        return lines.text
    }

    private func constructor(_ shape: ShapeEntry, _ name: String, _ lines: inout CodeLines) {
        let fields = shape.members.filter { $0.name.lowercased() != "message" }.compactMap(field)
        let parameters = ["_ message: String"] + fields.map { "\($0.name): \($0.type)? = nil" }
        let name = Naming.escaped(name)
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

/// The names of the error constructors of one target.
///
/// APIs share an error when its code and its status are the same. One of the same name with another code
/// (`ResourceInUse` beside `ResourceInUseException`) has the namespace before it: `elbResourceInUse`.
struct ErrorNames {
    private var known: [String: String] = [:]

    /// What `WireError+Common.swift` declares already belongs to all.
    private static let common: Set<String> = [
        "accessDenied", "expiredToken", "incompleteSignature", "internalFailure", "invalidSignature",
        "missingAuthenticationToken", "requestTooLarge", "serialization", "throttling", "unknownOperation",
        "unrecognizedClient",
    ]

    /// - Returns: the name of the constructor to write; nil when there is one already.
    mutating func add(_ shape: ShapeEntry, in namespace: String) -> String? {
        let plain = Naming.error(shape.errorCode)
        guard !ErrorNames.common.contains(plain) else { return nil }
        let meaning = "\(shape.errorCode) \(shape.errorStatus)"
        for name in [plain, namespace.lowercased() + Naming.type(plain)] {
            guard let other = known[name] else {
                known[name] = meaning
                return name
            }
            if other == meaning { return nil }
        }
        return nil
    }
}
