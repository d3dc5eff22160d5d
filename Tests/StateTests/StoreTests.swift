import Foundation
import Synchronization
import Testing

@testable import State
@testable import Storage

/// What every store promises, asked of each of them.
@Suite("Every store") struct StoreTests {
    /// The stores there are. SQLite's lives in a file of its own, which goes with the test.
    enum Kind: String, CaseIterable {
        case memory, sqlite
    }

    private let folder = FileManager.default.temporaryDirectory.appending(path: "roost-store-\(UUID().uuidString)")

    private func withStore(_ kind: Kind, _ body: (any Store) async throws -> Void) async throws {
        switch kind {
        case .memory: try await body(MemoryStore())
        case .sqlite:
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let store = try SQLiteStore(path: folder.appending(path: "roost.sqlite").path)
            try await body(store)
            store.close()
        }
    }

    private func commit(_ batch: StoreBatch, to store: any Store) async throws {
        try await withCheckedThrowingContinuation { continuation in
            store.commit({ batch }, completion: { continuation.resume(with: $0.mapError { $0 as any Error }) })
        }
    }

    private func row(_ kind: RecordKind, _ key: String, _ value: String) -> StoredRow {
        StoredRow(kind: kind, key: key, value: Array(value.utf8))
    }

    /// What the store holds, as sorted lines, and its revision.
    private func contents(of store: any Store) throws -> (lines: [String], revision: Revision) {
        var lines: [String] = []
        let revision = try store.load { row in
            lines.append("\(row.kind) \(row.key) \(String(decoding: row.value, as: UTF8.self))")
        }
        return (lines.sorted(), revision)
    }

    @Test("begins empty at revision 0", arguments: Kind.allCases)
    func empty(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            let found = try contents(of: store)
            #expect(found.lines.isEmpty && found.revision == 0)
        }
    }

    @Test("puts, replaces and deletes rows; a key of another kind is another row", arguments: Kind.allCases)
    func rows(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            try await commit(
                StoreBatch(
                    revision: 1, base: 0,
                    puts: [row(.cluster, "a", "1"), row(.service, "a", "2"), row(.task, "a/b", "3")]),
                to: store)
            try await commit(
                StoreBatch(
                    revision: 5, base: 1,
                    deletes: [StoredName(kind: .cluster, key: "a"), StoredName(kind: .task, key: "none")],
                    puts: [row(.service, "a", "é")]),
                to: store)
            let found = try contents(of: store)
            #expect(found.lines == ["service a é", "task a/b 3"] && found.revision == 5)
        }
    }

    @Test("refuses a batch that goes on from another revision, and keeps nothing of it", arguments: Kind.allCases)
    func conflict(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            try await commit(StoreBatch(revision: 3, base: 0, puts: [row(.cluster, "a", "1")]), to: store)
            await #expect(throws: StoreError.conflict(StoreBatch(revision: 2, base: 1))) {
                try await commit(StoreBatch(revision: 2, base: 1, puts: [row(.cluster, "a", "2")]), to: store)
            }
            let found = try contents(of: store)
            #expect(found.lines == ["cluster a 1"] && found.revision == 3)
            try await commit(StoreBatch(revision: 4, base: 3, puts: [row(.cluster, "a", "3")]), to: store)
        }
    }

    @Test("clears everything at once", arguments: Kind.allCases)
    func clearsAll(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            try await commit(
                StoreBatch(
                    revision: 1, base: 0, puts: (0..<50).map { row(.task, "t\($0)", "x") } + [row(.cluster, "c", "1")]),
                to: store)
            try await commit(
                StoreBatch(revision: 2, base: 1, clears: RecordKind.allCases, puts: [row(.cluster, "c", "2")]),
                to: store)
            let found = try contents(of: store)
            #expect(found.lines == ["cluster c 2"] && found.revision == 2)
        }
    }

    @Test("clears kinds before it deletes and puts", arguments: Kind.allCases)
    func clears(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            try await commit(
                StoreBatch(
                    revision: 1, base: 0, puts: (0..<50).map { row(.task, "t\($0)", "x") } + [row(.cluster, "c", "1")]),
                to: store)
            try await commit(
                StoreBatch(revision: 2, base: 1, clears: [.task, .service], puts: [row(.task, "t7", "kept")]),
                to: store)
            let found = try contents(of: store)
            #expect(found.lines == ["cluster c 1", "task t7 kept"] && found.revision == 2)
        }
    }
}
