import AWSWire
import Foundation

/// The inputs under `Models/`.
struct Configuration {
    /// What is written where: `Models/outputs.json`.
    let outputs: [Output]
    /// The operations to keep, by model: `Models/operations.json`. An API that is absent keeps all.
    let operations: [String: [String]]
    /// Corrections: `Models/patches.json`.
    let patches: [Patch]

    /// One namespace of generated code.
    struct Output {
        /// `ecs` for a model of botocore, `Models/acs.json` for one of ours.
        let model: String
        /// For example `ECS`.
        let namespace: String
        /// For example `Sources/AWSModels/ECS`.
        let folder: String
        /// The code of errors about values that break a constraint.
        let validationErrorCode: String
        /// The folder whose operations are listed; nil when the API is not served.
        let registry: String?

        /// The target: the folder under `Sources`.
        var module: String { folder.split(separator: "/").dropFirst().first.map(String.init) ?? folder }
    }

    /// A correction of one place of a model.
    struct Patch {
        let model: String
        let path: [String]
        /// Null removes the place.
        let value: JSONValue
    }

    static func load() throws -> Configuration {
        let outputs = try items("Models/outputs.json").map { item in
            Output(
                model: try text(item, "model"), namespace: try text(item, "namespace"),
                folder: try text(item, "folder"),
                validationErrorCode: item["validationErrorCode"]?.stringValue ?? "ValidationException",
                registry: item["registry"]?.stringValue)
        }
        let patches = try items("Models/patches.json").map { item in
            _ = try text(item, "reason")
            let path = item["path"]?.arrayValue?.compactMap(\.stringValue) ?? []
            return Patch(model: try text(item, "model"), path: path, value: item["value"] ?? .null)
        }
        var operations: [String: [String]] = [:]
        for member in try json("Models/operations.json").members ?? [] {
            operations[member.name] = member.value.arrayValue?.compactMap(\.stringValue)
        }
        return Configuration(outputs: outputs, operations: operations, patches: patches)
    }

    /// The patched model of an output; nil when it is one of ours and does not exist yet.
    func document(_ output: Output, botocore folder: String) throws -> JSONValue? {
        let isOurs = output.model.hasSuffix(".json")
        let file = isOurs ? output.model : "\(folder)/\(output.model).json"
        if isOurs, !FileManager.default.fileExists(atPath: file) { return nil }
        var document = try Configuration.json(file)
        for patch in patches where patch.model == output.model {
            document = try Configuration.patched(document, patch.path[...], patch.value)
        }
        return document
    }

    private static func patched(_ value: JSONValue, _ path: ArraySlice<String>, _ new: JSONValue) throws -> JSONValue {
        guard let name = path.first else { return new }
        var result = value
        if path.count == 1, new.isNull {
            guard value[name] != nil else { throw GenerateError("A patch removes \(name), which is not there.") }
            result[name] = nil
        } else {
            result[name] = try patched(value[name] ?? .object([]), path.dropFirst(), new)
        }
        return result
    }

    private static func items(_ file: String) throws -> [JSONValue] {
        guard let items = try json(file).arrayValue else { throw GenerateError("\(file) is no list.") }
        return items
    }

    private static func text(_ item: JSONValue, _ name: String) throws -> String {
        guard let text = item[name]?.stringValue else { throw GenerateError("\(name) is missing in \(item.encode())") }
        return text
    }

    private static func json(_ file: String) throws -> JSONValue {
        guard let data = FileManager.default.contents(atPath: file) else { throw GenerateError("Cannot read \(file).") }
        return try JSONValue.parse([UInt8](data))
    }
}
