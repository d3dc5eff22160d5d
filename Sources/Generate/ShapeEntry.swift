import AWSWire

/// One shape of a service model.
struct ShapeEntry {
    enum Kind: String {
        case structure, list, map, string, integer, long, double, boolean, timestamp, blob
        /// A string with values.
        case enumeration
        /// Any JSON.
        case document
    }

    let name: String
    let kind: Kind
    let members: [MemberEntry]
    /// What a list holds, or a map's values.
    let element: MemberEntry?
    let key: MemberEntry?
    let minimum: Double?
    let maximum: Double?
    let pattern: String?
    let values: [String]
    let isFlattened: Bool
    let isException: Bool
    /// The error's code, for exceptions.
    let errorCode: String
    /// The error's HTTP status, for exceptions.
    let errorStatus: Int

    struct MemberEntry {
        /// The name in the model.
        let name: String
        let shape: String
        let isRequired: Bool
        /// The name on the wire, when it is another.
        let locationName: String?

        var wireName: String { locationName ?? name }
    }

    init(_ name: String, _ value: JSONValue) throws {
        self.name = name
        let required = Set(value["required"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        kind = try ShapeEntry.kind(name, value)
        members = try (value["members"]?.members ?? []).map {
            try ShapeEntry.member($0.name, $0.value, isRequired: required.contains($0.name))
        }
        element = try (value["member"] ?? value["value"]).map { try ShapeEntry.member("", $0, isRequired: true) }
        key = try value["key"].map { try ShapeEntry.member("", $0, isRequired: true) }
        minimum = value["min"]?.doubleValue
        maximum = value["max"]?.doubleValue
        pattern = value["pattern"]?.stringValue
        values = value["enum"]?.arrayValue?.compactMap(\.stringValue) ?? []
        isFlattened = value["flattened"]?.boolValue ?? false
        isException = value["exception"]?.boolValue ?? false
        errorCode = value["error"]?["code"]?.stringValue ?? name
        let isFault = value["fault"]?.boolValue ?? false
        errorStatus = value["error"]?["httpStatusCode"]?.intValue ?? (isFault ? 500 : 400)
    }

    /// Whether the shape becomes a Swift structure.
    var isSwiftStructure: Bool { kind == .structure && !isException }

    /// Whether the shape is a single value with rules, so that it needs a schema of its own.
    var isConstrainedScalar: Bool {
        switch kind {
        case .string, .integer, .long, .double: minimum != nil || maximum != nil || pattern != nil
        default: false
        }
    }

    /// The shapes this one refers to, in order.
    var references: [String] {
        members.map(\.shape) + [key, element].compactMap { $0?.shape }
    }

    private static func kind(_ name: String, _ value: JSONValue) throws -> Kind {
        let type = value["type"]?.stringValue ?? ""
        if type == "structure", value["document"]?.boolValue == true { return .document }
        if type == "string", value["enum"] != nil { return .enumeration }
        if type == "float" { return .double }
        guard let kind = Kind(rawValue: type) else { throw GenerateError("\(name) has the unknown type \(type).") }
        return kind
    }

    private static func member(_ name: String, _ value: JSONValue, isRequired: Bool) throws -> MemberEntry {
        guard let shape = value["shape"]?.stringValue else { throw GenerateError("\(name) has no shape.") }
        return MemberEntry(
            name: name, shape: shape, isRequired: isRequired, locationName: value["locationName"]?.stringValue)
    }
}
