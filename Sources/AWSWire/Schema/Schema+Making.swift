/// How generated code writes schemas down: one short statement per member, which the type checker likes.
extension Schema {
    package static let string = Schema(name: "String", kind: .string)
    package static let integer = Schema(name: "Integer", kind: .integer)
    package static let long = Schema(name: "Long", kind: .long)
    package static let double = Schema(name: "Double", kind: .double)
    package static let boolean = Schema(name: "Boolean", kind: .boolean)
    package static let timestamp = Schema(name: "Timestamp", kind: .timestamp)
    package static let blob = Schema(name: "Blob", kind: .blob)
    package static let document = Schema(name: "Document", kind: .document)

    /// A structure; `build` adds its members in order.
    package static func structure(_ name: String, _ build: (inout StructureBuilder) -> Void) -> Schema {
        var builder = StructureBuilder()
        build(&builder)
        return Schema(name: name, kind: .structure, members: builder.members)
    }

    /// A structure without members.
    package static func structure(_ name: String) -> Schema { Schema(name: name, kind: .structure) }

    /// A list.
    package static func list(
        _ name: String, _ element: Schema, min: Double? = nil, max: Double? = nil,
        names: ElementNames = ElementNames()
    ) -> Schema {
        Schema(name: name, kind: .list, element: element, elementNames: names, minimum: min, maximum: max)
    }

    /// A map; its keys are texts.
    package static func map(
        _ name: String, key: Schema, value: Schema, min: Double? = nil, max: Double? = nil,
        names: ElementNames = ElementNames()
    ) -> Schema {
        Schema(name: name, kind: .map, element: value, key: key, elementNames: names, minimum: min, maximum: max)
    }

    /// A text with constraints.
    package static func string(
        _ name: String, min: Double? = nil, max: Double? = nil, pattern: String? = nil
    ) -> Schema {
        Schema(name: name, kind: .string, minimum: min, maximum: max, pattern: pattern)
    }

    /// A text out of a set.
    package static func enumeration(_ name: String, _ values: [String]) -> Schema {
        Schema(name: name, kind: .enumeration, values: values)
    }

    /// A number with constraints.
    package static func number(_ name: String, _ kind: Kind, min: Double? = nil, max: Double? = nil) -> Schema {
        Schema(name: name, kind: kind, minimum: min, maximum: max)
    }

    /// Collects the members of a structure.
    package struct StructureBuilder {
        private(set) var members: [Member] = []
        private var requiredCount = 0

        /// Adds a member that may be absent.
        package mutating func optional(_ name: String, _ schema: Schema) {
            members.append(Member(name: name, schema: schema, requiredOrdinal: nil))
        }

        /// Adds a member that must be present.
        package mutating func required(_ name: String, _ schema: Schema) {
            members.append(Member(name: name, schema: schema, requiredOrdinal: requiredCount))
            requiredCount += 1
        }
    }
}
