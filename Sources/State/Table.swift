/// All records of one kind, ordered by key, with their secondary orders. A value: copying is a retain.
package struct Table<R: Record>: Sendable {
    // The maps know nothing of the kind of record, so that there is one code for all, made for these types.
    private var records = SortedMap<String, AnyBox>()
    /// Beside `R.indexes`. An order that does not hold records has no values.
    private var orders: [SortedMap<Place, AnyBox?>] = R.indexes.map { _ in SortedMap() }

    package init() {}

    /// The number of records.
    package var count: Int { records.count }

    /// The record of `key`, or nil.
    package subscript(key: Key<R>) -> R? { records[key.path].map(box)?.value }

    /// Whether there is a record of `key`.
    package func contains(_ key: Key<R>) -> Bool { records[key.path] != nil }

    /// Stores `record` in place of the one with the same key.
    /// - Returns: the record that was replaced, or nil.
    package mutating func put(_ record: R) -> R? { put(Box(record))?.value }

    /// Removes the record of `key`.
    /// - Returns: the record that was removed, or nil when there was none.
    package mutating func delete(_ key: Key<R>) -> R? { remove(key)?.value }

    mutating func put(_ box: Box<R>) -> Box<R>? {
        let old = records.updateValue(box, forKey: box.path).map(self.box)
        reindex(box.path, from: old?.value, to: box.value, box)
        return old
    }

    mutating func remove(_ key: Key<R>) -> Box<R>? {
        guard let old = records.removeValue(forKey: key.path).map(box) else { return nil }
        reindex(key.path, from: old.value, to: nil, nil)
        return old
    }

    /// Calls `body` with all records, in key order.
    func forEachBox(_ body: (Box<R>) -> Void) {
        records.forEach(from: "") { _, held in
            body(box(held))
            return true
        }
    }

    /// Calls `body` with the records whose keys begin with `prefix` (empty for all, else ending in `/`) and are
    /// greater than `after`, in key order, until it returns false.
    package func forEach(prefix: String = "", after: String? = nil, _ body: (R) throws -> Bool) rethrows {
        guard prefix.isEmpty else {
            return try records.forEach(prefix: prefix, after: after) { _, held in try body(box(held).value) }
        }
        try records.forEach(from: after.map(leastText) ?? "") { _, held in try body(box(held).value) }
    }

    /// Calls `body` with the records that stand under `prefix` in the order `index` and come after the record key
    /// `after`, in the order of index key and record key, until it returns false. An empty `prefix` stands for all.
    /// - Parameter after: only meaningful when `prefix` is a whole index key, or what follows the prefix in one.
    package func forEach(
        _ index: IndexName, prefix: String, after: String? = nil, _ body: (R) throws -> Bool
    ) rethrows {
        let order = orders[position(of: index)]
        guard !prefix.isEmpty else { return try order.forEach(from: "") { try body(box($0, $1).value) } }
        try order.forEach(prefix: prefix, after: after.map { prefix + $0 }) { try body(box($0, $1).value) }
    }

    /// Calls `body` with the records that stand under `prefix` in the order `index`, as they are held: a reference is
    /// cheaper to hand on than a record of forty fields.
    package func forEachBox(_ index: IndexName, prefix: String, _ body: (Box<R>) -> Void) {
        orders[position(of: index)].forEach(prefix: prefix) { place, held in
            body(box(place, held))
            return true
        }
    }

    /// Calls `body` with the records that stand under `prefix` in the order `index`, last first, until it returns
    /// false. With `before` it begins below that record key.
    /// - Parameter before: only meaningful when `prefix` is a whole index key, or what follows the prefix in one.
    package func forEachReversed(
        _ index: IndexName, prefix: String, before: String? = nil, _ body: (R) throws -> Bool
    ) rethrows {
        let order = orders[position(of: index)]
        try order.forEachReversed(prefix: prefix, before: before.map { prefix + $0 }) { try body(box($0, $1).value) }
    }

    private func box(_ place: Place, _ held: AnyBox?) -> Box<R> {
        guard let held = held ?? records[place.path] else { preconditionFailure("an index points at a record") }
        return box(held)
    }

    /// A table holds boxes of its own kind only.
    private func box(_ held: AnyBox) -> Box<R> { unsafeDowncast(held, to: Box<R>.self) }

    /// Calls `body` with the records whose keys begin with any `text` and are greater than `after`, in key order,
    /// until it returns false.
    package func forEach(startingWith text: String, after: String? = nil, _ body: (R) throws -> Bool) rethrows {
        try records.forEach(from: max(text, after.map(leastText) ?? text)) { key, held in
            try key.hasPrefix(text) ? body(box(held).value) : false
        }
    }

    /// The number of records that stand under `prefix` in the order `index`. Costs a logarithm.
    package func count(_ index: IndexName, prefix: String) -> Int {
        orders[position(of: index)].count(prefix: prefix)
    }

    /// The number of records whose keys begin with `prefix`, which ends in `/`. Costs a logarithm.
    package func count(prefix: String) -> Int { records.count(prefix: prefix) }

    private func position(of index: IndexName) -> Int {
        guard let position = R.indexes.firstIndex(where: { $0.name == index }) else {
            preconditionFailure("\(R.kind) has no index \(index)")
        }
        return position
    }

    private mutating func reindex(_ path: String, from old: R?, to new: R?, _ box: Box<R>?) {
        for (position, index) in R.indexes.enumerated() {
            let (before, after) = (old.flatMap(index.key), new.flatMap(index.key))
            if let before, before != after {
                orders[position].removeValue(forKey: Place(order: before, path: path))
            }
            guard let after, before != after || index.holdsRecords else { continue }
            orders[position].updateValue(index.holdsRecords ? box : nil, forKey: Place(order: after, path: path))
        }
    }
}

/// A record of any kind on the heap.
///
/// Safe because the path is a constant.
package class AnyBox: @unchecked Sendable {
    /// The path of the record's key.
    let path: String

    fileprivate init(path: String) { self.path = path }
}

/// A record on the heap, so that nodes of the map stay small.
///
/// Safe because a record is a constant of a sendable type.
package final class Box<R: Record>: AnyBox, @unchecked Sendable {
    package let value: R

    package init(_ value: R) {
        self.value = value
        super.init(path: value.key.path)
    }
}
