/// Any JSON value, for documents without a shape.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    /// Members in the order of the text; a repeated name's last value wins and keeps the first place.
    case object([JSONMember])

    /// Parses a document.
    /// - Throws: `SerializationException` when the bytes are not exactly one JSON value, or nest too deeply.
    package static func parse(_ bytes: [UInt8]) throws(WireError) -> JSONValue {
        guard JSONSyntax.isValid(bytes) else { throw .malformedJSON }
        return JSONReader.withReader(bytes) { $0.value() }
    }

    /// Parses a document.
    /// - Throws: as `parse(_: [UInt8])`.
    package static func parse(_ text: String) throws(WireError) -> JSONValue {
        try parse(Array(text.utf8))
    }

    /// The value as compact JSON.
    package func encode() -> [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }

    /// An object of members.
    package static func object(_ members: KeyValuePairs<String, JSONValue>) -> JSONValue {
        .object(members.map { JSONMember($0.key, $0.value) })
    }

    /// A member of an object; nil when it is absent or the value is no object. Setting nil removes it, setting a
    /// member of something that is no object makes it one.
    package subscript(name: String) -> JSONValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.last { $0.name == name }?.value
        }
        set {
            var members = self.members ?? []
            let index = members.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): members[index].value = value
            case (let index?, nil): members.remove(at: index)
            case (nil, let value?): members.append(JSONMember(name, value))
            case (nil, nil): return
            }
            self = .object(members)
        }
    }

    /// An element of a list; nil when it is absent or the value is no list.
    package subscript(index: Int) -> JSONValue? {
        guard case .array(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }

    /// This object with the members of another laid over it, object by object.
    package func merging(_ other: JSONValue) -> JSONValue {
        guard let others = other.members, members != nil else { return other }
        var result = self
        for member in others { result[member.name] = (result[member.name] ?? .null).merging(member.value) }
        return result
    }
}

/// One member of a JSON object.
package struct JSONMember: Sendable, Equatable {
    package var name: String
    package var value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}
