import AWSWire

extension Tables {
    mutating func load<R: TableRecord>(_ type: R.Type, _ row: StoredRow) throws(StoreError) {
        let record = R(stored: row.value)
        guard record.key.path == row.key else {
            throw StoreError(.damaged, "the stored \(row.kind.rawValue) \(row.key) cannot be read")
        }
        _ = put(Box(record))
    }

    /// Stores a record and keeps what is derived from it.
    mutating func put<R: TableRecord>(_ box: Box<R>) -> Box<R>? {
        let old = R.withTable(of: &self) { $0.put(box) }
        R.derive(&self, old?.value, box.value)
        return old
    }

    /// Removes a record and keeps what is derived from it.
    mutating func delete<R: TableRecord>(_ key: Key<R>) -> Box<R>? {
        let old = R.withTable(of: &self) { $0.remove(key) }
        if let old { R.derive(&self, old.value, nil) }
        return old
    }
}

/// A record that has its place in `Tables`.
package protocol TableRecord: Record {
    /// The table the record lives in.
    static func table(of tables: Tables) -> Table<Self>
    /// Gives `body` the table to change.
    static func withTable<T>(of tables: inout Tables, _ body: (inout Table<Self>) -> T) -> T
    /// The change that a delta of this record is.
    static func change(_ delta: Delta<Self>) -> Change
    /// Keeps what is derived from records of this kind.
    static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?)
}

extension TableRecord {
    package static func derive(_ tables: inout Tables, _ old: Self?, _ new: Self?) {}
}
