/// A structure of an AWS model. Conformances are generated.
package protocol Shape: Sendable {
    /// Of kind structure.
    static var schema: Schema { get }
    /// Reads one object, leniently: absent, null and unreadable members take their default.
    init(from reader: inout JSONReader)
    /// Writes one object.
    func encode(to writer: inout JSONWriter)
}

extension Shape {
    /// Reads a client's bytes. An empty body counts as `{}`.
    /// - Parameter api: whose validation errors to speak.
    /// - Throws: `SerializationException` for bytes of another form, the API's validation error for values that break
    ///   a constraint.
    package static func decode(_ bytes: [UInt8], _ api: APIModel) throws(WireError) -> Self {
        guard !bytes.isEmpty else { return try decode(Array("{}".utf8), api) }
        let violations = SchemaValidator.validate(bytes, as: schema)
        if !violations.isEmpty { throw .violations(violations, api) }
        return trusted(bytes)
    }

    /// Reads a client's bytes with `ValidationException` as the validation error.
    /// - Throws: as `decode(_:_:)`.
    package static func decode(_ bytes: [UInt8]) throws(WireError) -> Self {
        guard !bytes.isEmpty else { return try decode(Array("{}".utf8)) }
        let violations = SchemaValidator.validate(bytes, as: schema)
        if !violations.isEmpty { throw .violations(violations, code: "ValidationException") }
        return trusted(bytes)
    }

    /// Reads bytes that we wrote ourselves, without looking at constraints. It never traps: what cannot be read is
    /// absent.
    package static func trusted(_ bytes: [UInt8]) -> Self {
        JSONReader.withReader(bytes) { Self(from: &$0) }
    }

    /// The shape with everything absent; required members are empty. Generated code falls back on it.
    package static var blank: Self { trusted([]) }

    /// The shape as JSON, members in the model's order.
    package func encoded() -> [UInt8] {
        var writer = JSONWriter()
        encode(to: &writer)
        return writer.bytes
    }

    /// Whether both have the same content. Generated shapes are not `Equatable`: it would cost much compile time.
    package func sameEncoding(as other: Self) -> Bool { encoded() == other.encoded() }
}

/// A generated enumeration: a text out of a set.
package protocol WireEnum: RawRepresentable<String>, CaseIterable, Sendable, Hashable {
    static var schema: Schema { get }
}

extension JSONReader {
    /// Reads a value of an enumeration; nil when it is absent or not known.
    package mutating func enumeration<Value: WireEnum>(_ type: Value.Type) -> Value? {
        string().flatMap(Value.init(rawValue:))
    }
}
