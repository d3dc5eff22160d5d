import AWSWire

/// One field of a stored type: its name on disk, and how it is read and written. Absent and empty values are left out.
package struct Field<Value>: Sendable {
    let name: StaticString
    let read: @Sendable (UnsafeMutablePointer<Value>, inout JSONReader) -> Void
    let write: @Sendable (UnsafePointer<Value>, inout JSONWriter) -> Void

    private init<Member>(
        _ name: StaticString, _ path: FieldPath<Value, Member>,
        read: @escaping @Sendable (inout Member, inout JSONReader) -> Void,
        write: @escaping @Sendable (Member, inout JSONWriter) -> Void
    ) {
        // A key path that is followed at run time costs as much as all the writing.
        guard let offset = MemoryLayout<Value>.offset(of: path) else {
            preconditionFailure("\(name) is not a stored property")
        }
        self.name = name
        self.read = { value, reader in
            let member = UnsafeMutableRawPointer(value).advanced(by: offset).assumingMemoryBound(to: Member.self)
            read(&member.pointee, &reader)
        }
        self.write = { value, writer in
            let member = UnsafeRawPointer(value).advanced(by: offset).assumingMemoryBound(to: Member.self)
            write(member.pointee, &writer)
        }
    }
}

/// A key path that closures of other threads may hold.
package typealias FieldPath<Value, Member> = WritableKeyPath<Value, Member> & Sendable

/// One initialiser for each type of field.
extension Field {
    package init(_ name: StaticString, _ path: FieldPath<Value, String>) {
        self.init(
            name, path, read: { $0 = $1.string() ?? "" },
            write: { $1.string(name, $0) })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, String?>) {
        self.init(
            name, path, read: { $0 = $1.string() }, write: { $1.string(name, $0) })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, Int>) {
        self.init(
            name, path, read: { $0 = $1.integer() ?? 0 },
            write: { $1.integer(name, $0) })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, Int?>) {
        self.init(
            name, path, read: { $0 = $1.integer() }, write: { $1.integer(name, $0) })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, Double>) {
        self.init(
            name, path, read: { $0 = $1.double() ?? 0 }, write: { $1.double(name, $0) })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, Bool>) {
        self.init(
            name, path, read: { $0 = $1.boolean() ?? false },
            write: { $1.boolean(name, $0) })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, Timestamp>) {
        self.init(
            name, path, read: { $0 = $1.timestamp() ?? Timestamp(milliseconds: 0) },
            write: { $1.timestamp(name, $0) })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, Timestamp?>) {
        self.init(
            name, path, read: { $0 = $1.timestamp() },
            write: { $1.timestamp(name, $0) })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, [String]>) {
        self.init(
            name, path, read: { $0 = $1.strings() ?? [] },
            write: { value, writer in if !value.isEmpty { writer.strings(name, value) } })
    }

    package init(_ name: StaticString, _ path: FieldPath<Value, [Int]>) {
        self.init(
            name, path, read: { $0 = $1.list { $0.integer() } },
            write: { value, writer in writer.list(name, value) { $0.integer($1) } })
    }

    /// A map of texts, written in the order of its keys.
    package init(_ name: StaticString, _ path: FieldPath<Value, [String: String]>) {
        self.init(
            name, path, read: { $0 = $1.stringMap() ?? [:] },
            write: { value, writer in
                if !value.isEmpty { writer.stringMap(name, value) }
            })
    }

    /// An enumeration; a name that is not known reads as the default.
    package init<E: RawRepresentable & Sendable>(_ name: StaticString, _ path: FieldPath<Value, E>)
    where E.RawValue == String {
        self.init(
            name, path,
            read: { value, reader in
                if let known = reader.string().flatMap({ E(rawValue: $0) }) { value = known }
            },
            write: { $1.string(name, $0.rawValue) })
    }

    package init<E: RawRepresentable & Sendable>(_ name: StaticString, _ path: FieldPath<Value, E?>)
    where E.RawValue == String {
        self.init(
            name, path, read: { $0 = $1.string().flatMap { E(rawValue: $0) } },
            write: { $1.string(name, $0?.rawValue) })
    }

    package init<S: Shape>(_ name: StaticString, _ path: FieldPath<Value, S>) {
        self.init(
            name, path, read: { $0 = S(from: &$1) },
            write: { value, writer in
                writer.key(name)
                value.encode(to: &writer)
            })
    }

    package init<S: Shape>(_ name: StaticString, _ path: FieldPath<Value, S?>) {
        self.init(
            name, path, read: { $0 = S(from: &$1) },
            write: { value, writer in
                guard let shape = value else { return }
                writer.key(name)
                shape.encode(to: &writer)
            })
    }

    package init<S: Shape>(_ name: StaticString, _ path: FieldPath<Value, [S]>) {
        self.init(
            name, path, read: { $0 = $1.list { S(from: &$0) } },
            write: { value, writer in writer.list(name, value) { $1.encode(to: &$0) } })
    }

    package init<S: Stored>(_ name: StaticString, _ path: FieldPath<Value, S>) {
        self.init(
            name, path, read: { $0 = S(from: &$1) },
            write: { value, writer in
                writer.key(name)
                value.encode(to: &writer)
            })
    }

    package init<S: Stored>(_ name: StaticString, _ path: FieldPath<Value, S?>) {
        self.init(
            name, path, read: { $0 = S(from: &$1) },
            write: { value, writer in
                guard let member = value else { return }
                writer.key(name)
                member.encode(to: &writer)
            })
    }

    package init<S: Stored>(_ name: StaticString, _ path: FieldPath<Value, [S]>) {
        self.init(
            name, path, read: { $0 = $1.list { S(from: &$0) } },
            write: { value, writer in writer.list(name, value) { $1.encode(to: &$0) } })
    }
}

extension JSONReader {
    fileprivate mutating func list<T>(_ item: (inout JSONReader) -> T?) -> [T] {
        guard beginList() else { return [] }
        var items: [T] = []
        while nextElement() { if let value = item(&self) { items.append(value) } }
        return items
    }
}

extension JSONWriter {
    /// A list that is empty is left out.
    fileprivate mutating func list<T>(_ name: StaticString, _ items: [T], _ write: (inout JSONWriter, T) -> Void) {
        guard !items.isEmpty else { return }
        key(name)
        beginList()
        for item in items {
            element()
            write(&self, item)
        }
        endList()
    }
}
