import AWSWire

/// Writes the namespace: the API, its operations, and the way from a name to an operation.
struct APIEmitter {
    let model: ServiceModel

    func text() throws -> String {
        var lines = CodeLines(imports: ["AWSWire"])
        let namespace = model.output.namespace
        let title = model.metadata["serviceFullName"]?.stringValue ?? namespace
        lines.add("/// The shapes and operations of \(title).")
        guard !model.operations.isEmpty else {
            lines.add("package enum \(namespace) {}")
            return lines.text
        }
        try lines.block("package enum \(namespace) {") { lines in
            try api(&lines)
            lines.blank()
            lines.add("/// The operations of the model.")
            lines.block("package enum Operations {") { lines in operations(&lines) }
        }
        return lines.text
    }

    private func api(_ lines: inout CodeLines) throws {
        let metadata = model.metadata
        let prefix = metadata["endpointPrefix"]?.stringValue ?? model.output.namespace.lowercased()
        let signingName = metadata["signingName"]?.stringValue ?? prefix
        lines.add("/// How the API is spoken.")
        lines.add("package static let api: APIModel = APIModel(")
        lines.add("    id: \(Naming.literal(prefix)), version: \(optional("apiVersion") ?? "\"\""),")
        lines.add("    protocol: .\(try protocolName), targetPrefix: \(optional("targetPrefix") ?? "nil"),")
        lines.add("    signingNames: [\(Naming.literal(signingName))], xmlNamespace: \(xmlNamespace),")
        lines.add("    validationErrorCode: \(Naming.literal(model.output.validationErrorCode)),")
        lines.add("    operations: { Operations.byName })")
    }

    private func operations(_ lines: inout CodeLines) {
        lines.add("/// Every operation, by its name.")
        lines.block("package static let byName: [String: OperationModel] = {") { lines in
            lines.add("var table: [String: OperationModel] = [:]")
            for operation in model.operations {
                lines.add("table[\(Naming.literal(operation.name))] = \(swiftName(operation))")
            }
            lines.add("return table")
        }
        // The block is a closure that is called at once.
        lines.appendToLast("()")
        for operation in model.operations {
            lines.blank()
            self.operation(operation, &lines)
        }
    }

    private func operation(_ operation: ServiceModel.OperationEntry, _ lines: inout CodeLines) {
        let errors = operation.errors.compactMap { model.shapes[$0]?.errorCode }.map(Naming.literal)
        var tail = errors.isEmpty ? "errors: []" : "errors: [\(errors.joined(separator: ", "))]"
        if operation.isReadOnly { tail += ", isReadOnly: true" }
        if let wrapper = operation.resultWrapper { tail += ", resultWrapper: \(Naming.literal(wrapper))" }
        lines.add("package static let \(swiftName(operation)): OperationModel = OperationModel(")
        lines.add("    name: \(Naming.literal(operation.name)), api: api,")
        lines.add("    input: \(type(operation.input)).self, output: \(type(operation.output)).self,")
        lines.add("    \(tail))")
    }

    private func swiftName(_ operation: ServiceModel.OperationEntry) -> String {
        Naming.escaped(Naming.lowerCamel(operation.name))
    }

    private func type(_ shape: String?) -> String { shape.map(Naming.type) ?? "EmptyShape" }

    private func optional(_ name: String) -> String? { model.metadata[name]?.stringValue.map(Naming.literal) }

    private var xmlNamespace: String {
        let value = model.metadata["xmlNamespace"]
        return (value?.stringValue ?? value?["uri"]?.stringValue).map(Naming.literal) ?? "nil"
    }

    private var protocolName: AWSProtocol {
        get throws {
            let name = model.metadata["protocol"]?.stringValue ?? ""
            switch name {
            case "query": return .query
            case "ec2": return .ec2Query
            case "json": return model.metadata["jsonVersion"]?.stringValue == "1.0" ? .json10 : .json11
            default: throw GenerateError("The protocol '\(name)' of \(model.output.model) is not supported.")
            }
        }
    }
}
