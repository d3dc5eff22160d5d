import AWSWire

/// A service model in botocore's form, reduced to the operations we keep and the shapes they reach.
struct ServiceModel {
    let output: Configuration.Output
    let metadata: JSONValue
    /// Sorted by name.
    let operations: [OperationEntry]
    /// Every shape that is reached, by name.
    let shapes: [String: ShapeEntry]
    /// Names of the exceptions, sorted.
    let exceptions: [String]

    struct OperationEntry {
        let name: String
        let input: String?
        let output: String?
        let errors: [String]
        let isReadOnly: Bool
        let resultWrapper: String?
    }

    /// - Parameter names: the operations to keep; nil for all.
    init(_ document: JSONValue, _ output: Configuration.Output, operations names: [String]?) throws {
        self.output = output
        metadata = document["metadata"] ?? .object([])
        let all = (document["operations"]?.members ?? []).sorted { $0.name < $1.name }
        operations = all.filter { names?.contains($0.name) ?? true }.map { ServiceModel.operation($0) }
        if let unknown = names?.first(where: { name in !all.contains { $0.name == name } }) {
            throw GenerateError("\(output.model) has no operation \(unknown).")
        }
        var collector = ShapeCollector(all: document["shapes"] ?? .object([]))
        for operation in operations {
            for name in [operation.input, operation.output].compactMap({ $0 }) + operation.errors {
                try collector.collect(name)
            }
        }
        // A model of ours may hold shapes without any operation.
        if all.isEmpty {
            for member in document["shapes"]?.members ?? [] { try collector.collect(member.name) }
        }
        shapes = collector.shapes
        exceptions = shapes.values.filter(\.isException).map(\.name).sorted()
    }

    /// The structures that become Swift types, in groups by their first letter.
    var structuresByLetter: [(letter: String, shapes: [ShapeEntry])] {
        let names = shapes.values.filter(\.isSwiftStructure).map(\.name).sorted()
        let groups = Dictionary(grouping: names) { String($0.prefix(1)).uppercased() }
        return groups.keys.sorted().map { letter in
            (letter: letter, shapes: (groups[letter] ?? []).compactMap { shapes[$0] })
        }
    }

    /// The shapes of some kinds, sorted by name.
    func shapes(where isWanted: (ShapeEntry) -> Bool) -> [ShapeEntry] {
        shapes.values.filter(isWanted).sorted { $0.name < $1.name }
    }

    /// A shape that was collected.
    func shape(_ name: String) throws -> ShapeEntry {
        guard let shape = shapes[name] else { throw GenerateError("There is no shape \(name).") }
        return shape
    }

    private static func operation(_ member: JSONMember) -> OperationEntry {
        let value = member.value
        return OperationEntry(
            name: member.name, input: value["input"]?["shape"]?.stringValue,
            output: value["output"]?["shape"]?.stringValue,
            errors: value["errors"]?.arrayValue?.compactMap { $0["shape"]?.stringValue } ?? [],
            isReadOnly: value["readonly"]?.boolValue ?? false,
            resultWrapper: value["output"]?["resultWrapper"]?.stringValue)
    }
}

/// Follows references from shape to shape.
private struct ShapeCollector {
    let all: JSONValue
    var shapes: [String: ShapeEntry] = [:]
    private var path: [String] = []

    init(all: JSONValue) {
        self.all = all
    }

    mutating func collect(_ name: String) throws {
        // A static schema that needs itself would wait for itself for ever, and a structure cannot hold itself.
        if path.contains(name) { throw GenerateError("Recursive shapes are not supported: \(path + [name])") }
        guard shapes[name] == nil else { return }
        guard let value = all[name] else { throw GenerateError("There is no shape \(name).") }
        let shape = try ShapeEntry(name, value)
        path.append(name)
        for reference in shape.references { try collect(reference) }
        path.removeLast()
        shapes[name] = shape
    }
}
