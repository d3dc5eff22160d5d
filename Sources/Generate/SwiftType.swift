/// How values of a shape are written in Swift: their type, their schema, their reading and writing.
struct SwiftType {
    let model: ServiceModel
    let shape: ShapeEntry

    /// The type without an optional mark.
    var name: String {
        get throws {
            switch shape.kind {
            case .structure, .enumeration: return Naming.type(shape.name)
            case .list: return "[\(try element.name)]"
            case .map: return "[String: \(try element.name)]"
            case .string: return "String"
            case .integer, .long: return "Int"
            case .double: return "Double"
            case .boolean: return "Bool"
            case .timestamp: return "Timestamp"
            case .blob: return "[UInt8]"
            case .document: return "JSONValue"
            }
        }
    }

    /// The schema.
    var schema: String {
        switch shape.kind {
        case .structure, .enumeration: "\(Naming.type(shape.name)).schema"
        case .list, .map: "Collections.\(Naming.type(shape.name)).schema"
        default:
            shape.isConstrainedScalar ? "Scalars.\(Naming.escaped(Naming.lowerCamel(shape.name)))" : ".\(shape.kind)"
        }
    }

    /// An expression of the optional type that consumes one value of `reader`.
    var reading: String {
        get throws {
            switch shape.kind {
            case .structure:
                return "reader.nextIsObject() ? \(Naming.type(shape.name))(from: &reader) : nil"
            case .enumeration: return "reader.enumeration(\(Naming.type(shape.name)).self)"
            case .list, .map: return "Collections.\(Naming.type(shape.name)).read(&reader)"
            case .integer, .long: return "reader.integer()"
            case .document: return "reader.documentValue()"
            default: return "reader.\(shape.kind)()"
            }
        }
    }

    /// A statement that writes a value as an element or the value of a key.
    func writing(_ value: String) -> String {
        switch shape.kind {
        case .structure: "\(value).encode(to: &writer)"
        case .enumeration: "writer.string(\(value).rawValue)"
        case .list, .map: "Collections.\(Naming.type(shape.name)).write(\(value), to: &writer)"
        case .integer, .long: "writer.integer(\(value))"
        case .document: "writer.value(\(value))"
        default: "writer.\(shape.kind)(\(value))"
        }
    }

    /// What a required member is when a trusted document lacks it.
    var defaultValue: String {
        get throws {
            switch shape.kind {
            case .structure: return ".blank"
            case .enumeration: return ".\(Naming.escaped(Naming.enumerationCases(shape.values)[0].name))"
            case .list, .blob: return "[]"
            case .map: return "[:]"
            case .string: return "\"\""
            case .integer, .long, .double: return "0"
            case .boolean: return "false"
            case .timestamp: return "Timestamp(milliseconds: 0)"
            case .document: return ".null"
            }
        }
    }

    /// What a list holds, or a map's values.
    var element: SwiftType {
        get throws {
            guard let element = shape.element else { throw GenerateError("\(shape.name) has no element.") }
            return SwiftType(model: model, shape: try model.shape(element.shape))
        }
    }
}
