/// Whole members of an object, for generated code. A nil value writes nothing.
extension JSONWriter {
    /// Writes a member that is a text.
    package mutating func string(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        key(name)
        string(value)
    }

    /// Writes a member that is a whole number.
    package mutating func integer(_ name: StaticString, _ value: Int?) {
        guard let value else { return }
        key(name)
        integer(value)
    }

    /// Writes a member that is a number.
    package mutating func double(_ name: StaticString, _ value: Double?) {
        guard let value else { return }
        key(name)
        double(value)
    }

    /// Writes a member that is `true` or `false`.
    package mutating func boolean(_ name: StaticString, _ value: Bool?) {
        guard let value else { return }
        key(name)
        boolean(value)
    }

    /// Writes a member that is a time.
    package mutating func timestamp(_ name: StaticString, _ value: Timestamp?) {
        guard let value else { return }
        key(name)
        timestamp(value)
    }

    /// Writes a member that is a blob.
    package mutating func blob(_ name: StaticString, _ value: [UInt8]?) {
        guard let value else { return }
        key(name)
        blob(value)
    }

    /// Writes a member that is any JSON.
    package mutating func value(_ name: StaticString, _ value: JSONValue?) {
        guard let value else { return }
        key(name)
        self.value(value)
    }

    /// Writes a member that is a list of texts.
    package mutating func strings(_ name: StaticString, _ value: [String]?) {
        guard let value else { return }
        key(name)
        beginList()
        for item in value {
            element()
            string(item)
        }
        endList()
    }

    /// Writes a member that is a map of texts, in the order of the keys' bytes.
    package mutating func stringMap(_ name: StaticString, _ value: [String: String]?) {
        guard let value else { return }
        key(name)
        beginObject()
        for (name, item) in value.sorted(by: { $0.key < $1.key }) {
            key(name)
            string(item)
        }
        endObject()
    }
}
