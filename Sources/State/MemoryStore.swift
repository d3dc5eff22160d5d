import Synchronization

/// A store that keeps rows in memory: for unit tests, and the reference for the conformance suite.
package final class MemoryStore: Store {
    private struct Contents {
        var rows: [StoredName: [UInt8]] = [:]
        var revision: Revision = 0
    }

    private let contents = Mutex(Contents())

    package init() {}

    package func load(_ row: (StoredRow) throws(StoreError) -> Void) throws(StoreError) -> Revision {
        let contents = contents.withLock { $0 }
        for (name, value) in contents.rows { try row(StoredRow(kind: name.kind, key: name.key, value: value)) }
        return contents.revision
    }

    package func commit(
        _ makeBatch: @escaping @Sendable () -> StoreBatch,
        completion: @escaping @Sendable (Result<Void, StoreError>) -> Void
    ) {
        let batch = makeBatch()
        let isWritten = contents.withLock { contents in
            guard contents.revision == batch.base else { return false }
            if !batch.clears.isEmpty { contents.rows = contents.rows.filter { !batch.clears.contains($0.key.kind) } }
            for name in batch.deletes { contents.rows[name] = nil }
            for row in batch.puts { contents.rows[StoredName(kind: row.kind, key: row.key)] = row.value }
            contents.revision = batch.revision
            return true
        }
        completion(isWritten ? .success(()) : .failure(.conflict(batch)))
    }
}
