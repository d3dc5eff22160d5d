/// Lists the kinds of records: to add a kind, add a file to `Sources/State/Records`.
struct RecordRegistry {
    /// The folder of the records.
    static let folder = "Sources/State/Records"

    /// The names of the record types without `Record`, sorted.
    let names: [String]

    init() throws {
        names = try Registry.types(in: RecordRegistry.folder) { /struct\s+(\w+)Record\s*:\s*Record\b/ }
    }

    /// The tables, the kinds and the changes.
    var text: String {
        var lines = CodeLines(imports: [])
        addKinds(&lines)
        addChange(&lines)
        addTables(&lines)
        addApplication(&lines)
        addWalks(&lines)
        for name in names { addConformance(name, &lines) }
        return lines.text
    }

    private func member(_ name: String) -> String { name.prefix(1).lowercased() + name.dropFirst() }

    private func addKinds(_ lines: inout CodeLines) {
        lines.add("/// The kinds of records: one table each. The raw value is the name on disk and never changes.")
        lines.block("package enum RecordKind: String, Sendable, CaseIterable, Hashable {") { lines in
            for name in names { lines.add("case \(member(name))") }
        }
        lines.blank()
    }

    private func addChange(_ lines: inout CodeLines) {
        lines.add("/// One record that was stored, replaced or removed.")
        lines.block("package enum Change: Sendable, Equatable {") { lines in
            for name in names { lines.add("case \(member(name))(Delta<\(name)Record>)") }
            lines.blank()
            lines.add("/// The name of the record and its new stored form; nil bytes when it was removed.")
            addSwitch("package var stored: (name: StoredName, bytes: [UInt8]?) {", "stored", &lines)
            lines.blank()
            lines.add("/// The name of the record.")
            addSwitch("package var name: StoredName {", "name", &lines)
            lines.blank()
            lines.add("/// Whether the record was removed.")
            addSwitch("package var isRemoval: Bool {", "isRemoval", &lines)
        }
        lines.blank()
    }

    private func addSwitch(_ head: String, _ property: String, _ lines: inout CodeLines) {
        lines.block(head) { lines in
            lines.block("switch self {") { lines in
                for name in names { lines.add("case .\(member(name))(let delta): delta.\(property)") }
            }
        }
    }

    private func addTables(_ lines: inout CodeLines) {
        lines.add("/// The tables of a snapshot, one for each kind of record, and what is derived from them.")
        lines.block("package struct Tables: Sendable {") { lines in
            for name in names { lines.add("var \(member(name)) = Table<\(name)Record>()") }
            lines.add("var derived = Derived()")
            lines.blank()
            lines.add("/// The number of records of a kind.")
            lines.block("func count(of kind: RecordKind) -> Int {") { lines in
                lines.block("switch kind {") { lines in
                    for name in names { lines.add("case .\(member(name)): \(member(name)).count") }
                }
            }
            lines.blank()
            lines.add("/// Puts a record read from disk into its table.")
            lines.block("mutating func load(_ row: StoredRow) throws(StoreError) {") { lines in
                lines.block("switch row.kind {") { lines in
                    for name in names { lines.add("case .\(member(name)): try load(\(name)Record.self, row)") }
                }
            }
        }
        lines.blank()
    }

    private func addApplication(_ lines: inout CodeLines) {
        lines.block("extension Transaction {") { lines in
            lines.add("/// Applies one change of a plan.")
            lines.block("mutating func apply(_ change: Change) {") { lines in
                lines.block("switch change {") { lines in
                    for name in names { lines.add("case .\(member(name))(let delta): apply(delta)") }
                }
            }
            lines.blank()
            lines.add("/// Stores a record in its stored form.")
            lines.block("mutating func put(_ row: StoredRow) {") { lines in
                lines.block("switch row.kind {") { lines in
                    for name in names { lines.add("case .\(member(name)): put(\(name)Record(stored: row.value))") }
                }
            }
            lines.blank()
            lines.add("/// Removes a record.")
            lines.block("mutating func delete(_ name: StoredName) {") { lines in
                lines.block("switch name.kind {") { lines in
                    for name in names {
                        lines.add("case .\(member(name)): delete(Key<\(name)Record>(path: name.key))")
                    }
                }
            }
            lines.blank()
            lines.add("/// Takes one change back.")
            lines.block("mutating func revert(_ change: Change) {") { lines in
                lines.block("switch change {") { lines in
                    for name in names { lines.add("case .\(member(name))(let delta): revert(delta)") }
                }
            }
        }
        lines.blank()
    }

    private func addWalks(_ lines: inout CodeLines) {
        lines.block("extension Snapshot {") { lines in
            lines.add("/// Every record in its stored form, kind by kind, in key order.")
            lines.block("package var storedRows: [StoredRow] {") { lines in
                lines.add("var rows: [StoredRow] = []")
                for name in names { lines.add("rows += self.rows(of: \(name)Record.self)") }
                lines.add("return rows")
            }
        }
        lines.blank()
        lines.block("extension Transaction {") { lines in
            lines.add("/// Removes every record, except those of the kinds in `kept`.")
            lines.block("package mutating func deleteAll(except kept: Set<RecordKind>) {") { lines in
                lines.add("let old = takeTables()")
                for name in names {
                    lines.add("carry(\(name)Record.self, from: old, isKept: kept.contains(.\(member(name))))")
                }
            }
        }
        lines.blank()
    }

    private func addConformance(_ name: String, _ lines: inout CodeLines) {
        let member = member(name)
        lines.block("extension \(name)Record: TableRecord {") { lines in
            lines.add("package static var kind: RecordKind { .\(member) }")
            lines.add("package static func table(of tables: Tables) -> Table<Self> { tables.\(member) }")
            let parameters = "of tables: inout Tables, _ body: (inout Table<Self>) -> T"
            lines.block("package static func withTable<T>(\(parameters)) -> T {") { lines in
                lines.add("body(&tables.\(member))")
            }
            lines.add("package static func change(_ delta: Delta<Self>) -> Change { .\(member)(delta) }")
        }
        lines.blank()
    }
}
