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
