import Foundation
import GRDB
import State

/// The history of one server in one SQLite file.
///
/// One table of rows, written by one serial queue; a batch is one transaction. The write-ahead log with
/// `synchronous=FULL` makes a committed batch survive a crash of the process and of the machine.
package final class SQLiteStore: Store {
    /// The table's layout; a file with a newer one is refused.
    static let schemaVersion = 1

    private let database: DatabaseQueue
    private let queue = DispatchQueue(label: "roost.store")
    /// Where completions are called: whoever waits for one may take its time, and the next batch must not wait for it.
    private let completions = DispatchQueue(label: "roost.store.completions")
    private let path: String

    /// Opens or makes the file at `path`.
    /// - Throws: `StoreError`: the file is damaged, locked, of a newer version, or cannot be written.
    package init(path: String) throws(StoreError) {
        self.path = path
        do {
            try SQLiteStore.check(path)
            var configuration = Configuration()
            configuration.journalMode = .wal
            configuration.busyMode = .timeout(2)
            database = try DatabaseQueue(path: path, configuration: configuration)
            try SQLiteStore.prepare(database)
        } catch let error as StoreError { throw error } catch { throw StoreError(error, path) }
    }

    private static func prepare(_ database: DatabaseQueue) throws {
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            // GRDB sets NORMAL when it opens a file in WAL mode.
            try db.execute(sql: "PRAGMA synchronous = FULL")
            // Debian's SQLite overwrites what was deleted with zeros: a page to write for each that was dropped.
            try db.execute(sql: "PRAGMA secure_delete = OFF")
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 4000")
            let mode = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            guard mode == 2 else { throw StoreError(.io, "SQLite refuses to write with synchronous=FULL.") }
            try migrate(db)
        }
    }

    /// Reads every page of a file once, without changing it, so that damage is told at the start and not by some later
    /// write, and whoever wants to mend the file finds it as it was.
    private static func check(_ path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(2)
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let problem = try database.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") ?? "" }
        try database.close()
        guard problem == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: problem) }
    }

    private static func migrate(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= schemaVersion else {
            throw StoreError(.damaged, "The store was written by a newer version of Roost; use that one.")
        }
        guard version < schemaVersion else { return }
        try db.inTransaction {
            // An ordinary rowid table: three times as fast as WITHOUT ROWID for values of this size.
            try db.execute(
                sql: "CREATE TABLE record (kind TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, "
                    + "UNIQUE (kind, key))")
            try db.execute(
                sql: "CREATE TABLE revision (id INTEGER PRIMARY KEY CHECK (id = 1), number INTEGER NOT NULL)")
            try db.execute(sql: "INSERT INTO revision (id, number) VALUES (1, 0)")
            try db.execute(sql: "PRAGMA user_version = \(schemaVersion)")
            return .commit
        }
    }

    package func load(_ row: (StoredRow) throws(StoreError) -> Void) throws(StoreError) -> Revision {
        do {
            return try database.read { db in
                let cursor = try Row.fetchCursor(db, sql: "SELECT kind, key, value FROM record")
                while let found = try cursor.next() {
                    guard let kind = RecordKind(rawValue: found[0]) else { continue }
                    let value: Data = found[2]
                    try row(StoredRow(kind: kind, key: found[1], value: Array(value)))
                }
                return Revision(try Int64.fetchOne(db, sql: "SELECT number FROM revision") ?? 0)
            }
        } catch let error as StoreError { throw error } catch { throw StoreError(error, path) }
    }

    package func commit(
        _ makeBatch: @escaping @Sendable () -> StoreBatch,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        queue.async { [self] in
            let batch = makeBatch()
            let result = batch.isEmpty ? .success(()) : write(batch)
            completions.async { completion(result) }
        }
    }

    private func write(_ batch: StoreBatch) -> Result<Void, StoreError> {
        do {
            try database.write { db in
                try SQLiteStore.clear(batch.clears, db)
                let delete = try db.cachedStatement(sql: "DELETE FROM record WHERE kind = ? AND key = ?")
                for name in batch.deletes { try delete.execute(arguments: [name.kind.rawValue, name.key]) }
                let put = try db.cachedStatement(
                    sql: "INSERT INTO record (kind, key, value) VALUES (?, ?, ?) "
                        + "ON CONFLICT (kind, key) DO UPDATE SET value = excluded.value")
                // In the order of the index, so that each of its pages is looked for once.
                for row in batch.puts.sorted(by: { $0.key < $1.key }) {
                    try put.execute(arguments: [row.kind.rawValue, row.key, Data(row.value)])
                }
                let revision = try db.cachedStatement(sql: "UPDATE revision SET number = ? WHERE number = ?")
                try revision.execute(arguments: [Int64(batch.revision), Int64(batch.base)])
                guard db.changesCount == 1 else { throw StoreError.conflict(batch) }
            }
            return .success(())
        } catch let error as StoreError { return .failure(error) } catch { return .failure(StoreError(error, path)) }
    }

    /// Without a condition, SQLite drops the pages of a table and looks at no row.
    private static func clear(_ kinds: [RecordKind], _ db: Database) throws {
        guard kinds.count < RecordKind.allCases.count else { return try db.execute(sql: "DELETE FROM record") }
        let clear = try db.cachedStatement(sql: "DELETE FROM record WHERE kind = ?")
        for kind in kinds { try clear.execute(arguments: [kind.rawValue]) }
    }

    /// Closes the file. No commit may follow.
    package func close() {
        queue.sync { try? database.close() }
    }
}

extension StoreError {
    /// Says what an error of SQLite means for whoever runs the server.
    fileprivate init(_ error: any Error, _ path: String) {
        let code = (error as? DatabaseError)?.resultCode
        switch code {
        case .SQLITE_FULL?:
            self.init(.full, "The disk that holds \(path) is full. Free some space; nothing was lost.")
        case .SQLITE_CORRUPT?, .SQLITE_NOTADB?:
            self.init(
                .damaged,
                "\(path) is damaged or no database. Restore it from a backup, or move it aside "
                    + "(together with \(path)-wal and \(path)-shm) to start with an empty region.")
        case .SQLITE_BUSY?, .SQLITE_LOCKED?:
            self.init(.locked, "\(path) is in use by another process. Stop it, or choose another --data directory.")
        case .SQLITE_CANTOPEN?, .SQLITE_READONLY?, .SQLITE_PERM?:
            self.init(.io, "\(path) cannot be opened for writing. Check the directory's owner and mode.")
        default: self.init(.io, "\(path): \(error)")
        }
    }
}
