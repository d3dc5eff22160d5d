extension JSONReader {
    /// Reads any value; garbage counts as null.
    package mutating func value() -> JSONValue {
        skipBlanks()
        switch peek {
        case UInt8(ascii: "{"): return objectValue()
        case UInt8(ascii: "["): return listValue()
        case UInt8(ascii: "\""): return string().map(JSONValue.string) ?? .null
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return boolean().map(JSONValue.bool) ?? .null
        case UInt8(ascii: "n"):
            skip()
            return .null
        default: return numberValue()
        }
    }

    private mutating func objectValue() -> JSONValue {
        guard beginObject() else { return .null }
        var members: [JSONMember] = []
        var places: [String: Int]?
        while let name = nextKey() {
            let member = JSONMember(name, value())
            if let place = place(of: name, in: members, &places) {
                members[place] = member
            } else {
                places?[name] = members.count
                members.append(member)
            }
        }
        return .object(members)
    }

    /// Where a member of the name is already. Few members are looked through; many get a dictionary.
    private func place(of name: String, in members: [JSONMember], _ places: inout [String: Int]?) -> Int? {
        guard members.count >= 16 else { return members.firstIndex { $0.name == name } }
        if places == nil { places = Dictionary(uniqueKeysWithValues: zip(members.map(\.name), members.indices)) }
        return places?[name]
    }

    /// Unlike lists of shapes, a free list keeps its nulls.
    private mutating func listValue() -> JSONValue {
        guard beginList() else { return .null }
        var items: [JSONValue] = []
        while nextItem() { items.append(value()) }
        return .array(items)
    }

    private mutating func numberValue() -> JSONValue {
        guard let number = rawNumber() else { return .null }
        if let integer = number.integer { return .int(Int64(integer)) }
        return .double(number.double)
    }
}

extension JSONWriter {
    /// Writes any value.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): boolean(value)
        case .int(let value): integer(Int(value))
        case .double(let value): double(value)
        case .string(let value): string(value)
        case .array(let items):
            beginList()
            for item in items {
                element()
                self.value(item)
            }
            endList()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.name)
                self.value(member.value)
            }
            endObject()
        }
    }
}
