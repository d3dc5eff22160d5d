/// What a shape looks like on the wire: its kind, its members, its constraints. Made by generated code.
///
/// One schema serves validation, all protocols, and the readers' member lookup.
package final class Schema: Sendable {
    /// The kinds of shape AWS's models know.
    package enum Kind: Sendable {
        case structure, list, map, string, enumeration, integer, long, double, boolean, timestamp, blob
        /// Any JSON.
        case document
    }

    /// The shape's name in the model.
    package let name: String
    package let kind: Kind
    /// The members of a structure, in the model's order.
    package let members: [Member]
    /// What a list holds, or the values of a map.
    package let element: Schema?
    /// The keys of a map.
    package let key: Schema?
    /// The names an XML protocol gives the parts of a list or map.
    package let elementNames: ElementNames
    /// The smallest length of a text, list or map, or the smallest number.
    package let minimum: Double?
    /// The largest length or number.
    package let maximum: Double?
    /// What a text must look like, whole.
    package let pattern: TextPattern?
    /// The values of an enumeration, in the model's order.
    package let values: [String]
    /// Whether any value can break a rule of this schema itself, beside its type.
    let isConstrained: Bool
    /// How many members must be present; they have the ordinals 0 to this, exclusive.
    let requiredCount: Int
    /// Per member, the bit of its ordinal; 0 for an optional member.
    let requiredBits: [UInt64]
    /// Per member, its schema: apart from `members`, so that a look at it copies no name.
    let memberSchemas: [Schema]

    private let memberTable: NameTable
    private let valueTable: NameTable

    /// One member of a structure.
    package struct Member: Sendable {
        /// The name on the wire.
        package let name: String
        package let schema: Schema
        /// The place among the required members; nil for an optional member.
        let requiredOrdinal: Int?
        package var isRequired: Bool { requiredOrdinal != nil }
    }

    /// Names inside lists and maps in the XML protocols.
    package struct ElementNames: Sendable {
        /// Whether a list's elements stand side by side without an enclosing element.
        package var isFlattened = false
        /// A list's element.
        package var member = "member"
        /// A map entry's key.
        package var key = "key"
        /// A map entry's value.
        package var value = "value"

        package init(
            isFlattened: Bool = false, member: String = "member", key: String = "key", value: String = "value"
        ) {
            self.isFlattened = isFlattened
            self.member = member
            self.key = key
            self.value = value
        }
    }

    init(
        name: String, kind: Kind, members: [Member] = [], element: Schema? = nil, key: Schema? = nil,
        elementNames: ElementNames = ElementNames(), minimum: Double? = nil, maximum: Double? = nil,
        pattern: String? = nil, values: [String] = []
    ) {
        self.name = name
        self.kind = kind
        self.members = members
        self.element = element
        self.key = key
        self.elementNames = elementNames
        self.minimum = minimum
        self.maximum = maximum
        self.pattern = pattern.map(TextPattern.init)
        self.values = values
        isConstrained = minimum != nil || maximum != nil || pattern != nil || !values.isEmpty
        requiredCount = members.count { $0.isRequired }
        requiredBits = members.map { member in member.requiredOrdinal.map { 1 << UInt64($0) } ?? 0 }
        memberSchemas = members.map(\.schema)
        memberTable = NameTable(members.map(\.name))
        valueTable = NameTable(values)
        precondition(requiredCount <= 64, "\(name) has more than 64 required members; the validator counts in 64 bits")
    }

    /// The index of the member with this wire name; nil when there is none.
    func memberIndex(_ name: UnsafeBufferPointer<UInt8>) -> Int? { memberTable.index(name) }

    /// The index of the member with this wire name; nil when there is none.
    func memberIndex(_ name: [UInt8]) -> Int? { name.withUnsafeBufferPointer { memberTable.index($0) } }

    /// The member with this wire name; nil when there is none.
    package func member(_ name: String) -> Member? { memberIndex(Array(name.utf8)).map { members[$0] } }

    /// Whether the bytes are one of the enumeration's values.
    func hasValue(_ value: UnsafeBufferPointer<UInt8>) -> Bool { valueTable.index(value) != nil }
}
