import AWSWire

/// A value with a form on disk: a JSON object whose members its field table names.
package protocol Stored: Sendable {
    /// The value that an empty object stands for.
    init()
    /// All that is stored. Fields may be added at any time; a field keeps its name and meaning for ever.
    static var fields: FieldTable<Self> { get }
}

extension Stored {
    /// Reads the stored form. Unknown members are passed over, absent ones have their default.
    package init(stored bytes: [UInt8]) {
        self = JSONReader.withReader(bytes) { Self(from: &$0) }
    }

    init(from reader: inout JSONReader) {
        self.init()
        Self.fields.read(&self, from: &reader)
    }

    /// The stored form. Equal values have equal bytes.
    package func storedBytes() -> [UInt8] {
        var writer = JSONWriter()
        encode(to: &writer)
        return writer.bytes
    }

    func encode(to writer: inout JSONWriter) {
        Self.fields.write(self, to: &writer)
    }
}

/// The fields of a stored type, in order.
package struct FieldTable<Value>: Sendable {
    private let fields: [Field<Value>]
    private let positions: [String: Int]

    package init(_ fields: [Field<Value>]) {
        self.fields = fields
        positions = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($1.name.description, $0) })
    }

    func read(_ value: inout Value, from reader: inout JSONReader) {
        guard reader.beginObject() else { return }
        while let name = reader.nextKey() {
            if let position = positions[name] {
                withUnsafeMutablePointer(to: &value) { fields[position].read($0, &reader) }
            } else {
                reader.skip()
            }
        }
    }

    func write(_ value: Value, to writer: inout JSONWriter) {
        writer.beginObject()
        withUnsafePointer(to: value) { value in
            for field in fields { field.write(value, &writer) }
        }
        writer.endObject()
    }
}
