/// The state of the region at one revision. Immutable to its readers; copying is a retain.
package struct Snapshot: Sendable {
    /// Which account and region this is.
    package let realm: Realm
    /// What seals secrets before they are stored.
    package let vault: Vault
    /// How many changes of state led here.
    package internal(set) var revision: Revision
    var tables: Tables

    /// An empty region.
    /// - Parameter vault: one whose key everybody knows is good enough for tests and simulations only.
    package init(realm: Realm, vault: Vault = .open) {
        self.realm = realm
        self.vault = vault
        revision = 0
        tables = Tables()
    }

    /// Reads a region from its store.
    package init(realm: Realm, vault: Vault, loading store: some Store) throws(StoreError) {
        var tables = Tables()
        revision = try store.load { (row) throws(StoreError) in try tables.load(row) }
        self.realm = realm
        self.vault = vault
        self.tables = tables
    }

    /// The record of `key`, or nil.
    package func get<R: TableRecord>(_ key: Key<R>) -> R? { R.table(of: tables)[key] }

    /// The table of a kind, for ordered walks and counts.
    package func table<R: TableRecord>(_ type: R.Type) -> Table<R> { R.table(of: tables) }

    /// All records whose keys begin with `prefix` (empty, or ending in `/`), in key order.
    package func list<R: TableRecord>(_ type: R.Type, prefix: String = "") -> [R] {
        var records: [R] = []
        R.table(of: tables).forEach(prefix: prefix) { record in
            records.append(record)
            return true
        }
        return records
    }

    /// All records that stand under `prefix` in the order `index`.
    package func list<R: TableRecord>(_ type: R.Type, _ index: IndexName, prefix: String) -> [R] {
        var records: [R] = []
        R.table(of: tables).forEach(index, prefix: prefix) { record in
            records.append(record)
            return true
        }
        return records
    }

    /// The number of records under `prefix` in the order `index`. Costs a logarithm.
    package func count<R: TableRecord>(_ type: R.Type, _ index: IndexName, prefix: String) -> Int {
        R.table(of: tables).count(index, prefix: prefix)
    }

    /// What an instance has given to its tasks.
    package func usage(of instance: Key<ContainerInstanceRecord>) -> InstanceUsage {
        tables.derived.usage[instance.path] ?? InstanceUsage()
    }

    /// The number of tasks of a group that are meant to run on an instance.
    package func tasks(of group: String, on instance: Key<ContainerInstanceRecord>) -> Int {
        guard let place = tables.derived.places[instance.path] else { return 0 }
        return spread(of: group, in: instance.cluster).part(of: place.instanceClass)?.count(in: place.slot) ?? 0
    }

    /// The instances of a cluster by class; nil when it has none.
    package func instances(of cluster: String) -> InstanceIndex? { tables.derived.indexes[cluster] }

    /// How the tasks of a group that are meant to run are spread.
    package func spread(of group: String, in cluster: String) -> GroupSpread {
        tables.derived.spreads[spreadKey(cluster, group)] ?? GroupSpread()
    }

    func rows<R: TableRecord>(of type: R.Type) -> [StoredRow] {
        list(type).map { StoredRow(kind: R.kind, key: $0.key.path, value: $0.storedBytes()) }
    }
}

extension Snapshot {
    /// The state after a batch that was made on this one, with the changes it makes.
    package func following(_ batch: StoreBatch) -> (snapshot: Snapshot, changes: [Change]) {
        var transaction = Transaction(self)
        if !batch.clears.isEmpty {
            transaction.deleteAll(except: Set(RecordKind.allCases).subtracting(batch.clears))
        }
        for name in batch.deletes { transaction.delete(name) }
        for row in batch.puts { transaction.put(row) }
        var snapshot = transaction.snapshot
        snapshot.revision = batch.revision
        return (snapshot, transaction.changes)
    }
}
