/// A record before and after a change; at least one of the two is there.
package struct Delta<R: Record>: Sendable, Equatable {
    package let key: Key<R>
    // Changes are handed on many times; a reference is cheaper to copy than a record of forty fields. Whoever looks at
    // every change of tasks asks the boxes: `old` and `new` are copies.
    package let oldBox: Box<R>?
    package let newBox: Box<R>?

    /// Nil for a new record.
    package var old: R? { oldBox?.value }
    /// Nil for a removed record.
    package var new: R? { newBox?.value }

    package init(key: Key<R>, old: R?, new: R?) {
        self.init(key: key, old: old.map(Box.init), new: new.map(Box.init))
    }

    init(key: Key<R>, old: Box<R>?, new: Box<R>?) {
        self.key = key
        oldBox = old
        newBox = new
    }

    package static func == (left: Delta, right: Delta) -> Bool {
        left.key == right.key && left.old == right.old && left.new == right.new
    }

    package var isRemoval: Bool { newBox == nil }
    var name: StoredName { StoredName(kind: R.kind, key: key.path) }
    var stored: (name: StoredName, bytes: [UInt8]?) { (name, newBox?.value.storedBytes()) }
}
