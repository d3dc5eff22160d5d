/// Collections of texts, for generated code: the most frequent ones.
extension JSONReader {
    /// Reads a list of texts; nil when the value is not a list.
    package mutating func strings() -> [String]? {
        guard beginList() else { return nil }
        var result: [String] = []
        while nextElement() {
            if let item = string() { result.append(item) }
        }
        return result
    }

    /// Reads a map of texts; nil when the value is not an object.
    package mutating func stringMap() -> [String: String]? {
        guard beginObject() else { return nil }
        var result: [String: String] = [:]
        while let key = nextKey() { result[key] = string() }
        return result
    }
}

/// What generated code asks before it reads a member.
extension JSONReader {
    /// Whether the next value is an object. If not, it is skipped.
    package mutating func nextIsObject() -> Bool {
        skipBlanks()
        if peek == UInt8(ascii: "{") { return true }
        skip()
        return false
    }

    /// Reads any value; nil when it is null.
    package mutating func documentValue() -> JSONValue? {
        let value = value()
        return value.isNull ? nil : value
    }
}
