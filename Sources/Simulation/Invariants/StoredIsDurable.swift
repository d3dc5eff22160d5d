import State

/// A server that starts finds every record as it was last durable, or as a commit left it whose end the server before
/// did not live to hear of.
struct StoredIsDurable: Invariant {
    static let name = "a restart finds what was durable"

    /// Records as last durable, in their stored form; a removed one is nil bytes.
    private var durable: [StoredName: [UInt8]] = [:]
    /// Forms that were applied and have not become durable yet; nil bytes stand for a removal.
    private var applied: [StoredName: [[UInt8]?]] = [:]

    mutating func check(_ scene: Scene) -> String? {
        if scene.isReloaded, let breach = compare(StoredIsDurable.forms(scene.durable)) { return breach }
        for change in scene.applied {
            let (name, bytes) = change.stored
            applied[name, default: []].append(bytes)
        }
        for change in scene.hardened {
            let (name, bytes) = change.stored
            durable[name] = bytes
            if let index = applied[name]?.firstIndex(of: bytes) { applied[name]?.removeFirst(index + 1) }
            if applied[name]?.isEmpty == true { applied[name] = nil }
        }
        return nil
    }

    /// Compares what a restart found; from now on that is what is durable.
    private mutating func compare(_ found: [StoredName: [UInt8]]) -> String? {
        defer {
            durable = found
            applied = [:]
        }
        let names = Set(durable.keys).union(found.keys).filter { durable[$0] != found[$0] }
        for name in names.sorted(by: { ($0.kind.rawValue, $0.key) < ($1.kind.rawValue, $1.key) }) {
            let possible = applied[name] ?? []
            guard possible.contains(found[name]) else {
                return "\(name.kind.rawValue) \(name.key) is not as it was durable"
            }
        }
        return nil
    }

    private static func forms(_ snapshot: Snapshot) -> [StoredName: [UInt8]] {
        var forms: [StoredName: [UInt8]] = [:]
        for row in snapshot.storedRows { forms[StoredName(kind: row.kind, key: row.key)] = row.value }
        return forms
    }
}
