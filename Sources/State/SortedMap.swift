/// A key of a `SortedMap`: what it stands for as text decides where it stands.
package protocol SortedKey: Comparable, Sendable {
    /// Whether the key, read as text, is less than `text`.
    func isBelow(_ text: String) -> Bool
    /// Takes over what is equal in a key that stands beside it, so that both hold it once.
    mutating func share(with neighbour: Self)
}

extension String: SortedKey {
    package func isBelow(_ text: String) -> Bool { self < text }
    package func share(with neighbour: String) {}
}

/// The least text above another: where a walk begins that goes on after it.
func leastText(above text: String) -> String { text + "\0" }

/// A persistent, ordered map from keys to values: a B+ tree whose nodes are shared between copies.
///
/// Copying a map is a retain. A write copies only the nodes on its path that another copy still shares, so a
/// snapshot per commit is cheap. Every branch knows how many entries lie below it, so the number of keys in a range
/// costs a logarithm: counts of tasks by cluster, service or status are never kept by hand.
///
/// Keys are compared as Swift strings; ours are ASCII, which takes the fast path.
package struct SortedMap<Key: SortedKey, Value: Sendable>: Sendable {
    private var root: Node<Key, Value>

    /// Makes an empty map.
    package init() {
        root = Node()
    }

    /// The number of entries.
    package var count: Int { root.count }

    /// Whether there are no entries.
    package var isEmpty: Bool { root.count == 0 }

    /// The value of `key`, or nil. Setting nil removes the entry.
    package subscript(key: Key) -> Value? {
        get { root.value(of: key) }
        set {
            if let newValue { updateValue(newValue, forKey: key) } else { removeValue(forKey: key) }
        }
    }

    /// Stores `value` under `key`.
    /// - Returns: the value that was replaced, or nil.
    @discardableResult
    package mutating func updateValue(_ value: Value, forKey key: Key) -> Value? {
        makeRootUnique()
        let result = root.insert(key, value)
        if let sibling = result.sibling { root = Node(children: [root, sibling]) }
        return result.old
    }

    /// Removes the entry of `key`.
    /// - Returns: the value that was removed, or nil when there was none.
    @discardableResult
    package mutating func removeValue(forKey key: Key) -> Value? {
        guard root.value(of: key) != nil else { return nil }
        makeRootUnique()
        let old = root.remove(key)
        while root.children.count == 1 { root = root.children[0] }
        return old
    }

    /// Changes the value of `key` where it stands, so that what it holds is not copied.
    /// - Parameter value: what is changed, and stored, when there is none.
    @discardableResult
    package mutating func modify<T>(
        _ key: Key, default value: @autoclosure () -> Value, _ body: (inout Value) -> T
    ) -> T {
        makeRootUnique()
        if let result = root.modify(key, body) { return result }
        var value = value()
        let result = body(&value)
        updateValue(value, forKey: key)
        return result
    }

    /// The number of keys that, read as text, are less than `text`.
    package func rank(of text: String) -> Int { root.rank(of: text) }

    /// The number of keys that begin with `prefix`, which must end in `/`.
    package func count(prefix: String) -> Int {
        rank(of: SortedMap.end(ofPrefix: prefix)) - rank(of: prefix)
    }

    /// Calls `body` for the entries with keys that are not less than `start`, in key order, until it returns false.
    package func forEach(from start: String, _ body: (Key, Value) throws -> Bool) rethrows {
        _ = try root.forEach(from: start, body)
    }

    /// Calls `body` for the entries whose keys begin with `prefix` and are greater than `after`, in key order, until
    /// it returns false. `prefix` must end in `/`.
    package func forEach(
        prefix: String, after: String? = nil, _ body: (Key, Value) throws -> Bool
    ) rethrows {
        let end = SortedMap.end(ofPrefix: prefix)
        try forEach(from: max(prefix, after.map(leastText) ?? prefix)) { key, value in
            try key.isBelow(end) ? body(key, value) : false
        }
    }

    /// Calls `body` for the entries whose keys begin with `prefix` and are less than `before`, in reverse key order,
    /// until it returns false. `prefix` must end in `/`.
    package func forEachReversed(
        prefix: String, before: String? = nil, _ body: (Key, Value) throws -> Bool
    ) rethrows {
        let end = SortedMap.end(ofPrefix: prefix)
        _ = try root.forEachReversed(before: min(end, before ?? end)) { key, value in
            try key.isBelow(prefix) ? false : body(key, value)
        }
    }

    private mutating func makeRootUnique() {
        if !isKnownUniquelyReferenced(&root) { root = root.copy() }
    }

    /// The least string above every key that begins with `prefix`: the closing `/` replaced by its successor `0`.
    private static func end(ofPrefix prefix: String) -> String {
        precondition(prefix.utf8.last == UInt8(ascii: "/"), "a prefix of keys ends in a slash")
        return prefix.dropLast() + "0"
    }
}

/// A node of the tree: a leaf with keys and values, or a branch with children.
///
/// `@unchecked Sendable`. Safe because a node is changed only by a map that holds the one reference to it.
private final class Node<Key: SortedKey, Value: Sendable>: @unchecked Sendable {
    /// A node is split when it holds more than this many entries. Measured with `roost bench api`: 16 gives a tenth
    /// more than 32 and as much as 10; larger nodes copy more when a version is kept, smaller ones are deeper.
    static var capacity: Int { 16 }

    /// Leaf: the keys, sorted. Branch: for each child a lower bound of its keys.
    var keys: [Key] = []
    /// Leaf: the values, beside `keys`. Branch: empty.
    var values: [Value] = []
    /// Branch: the children, beside `keys`. Leaf: empty.
    var children: [Node] = []
    /// The number of entries below this node.
    var count = 0

    var isLeaf: Bool { children.isEmpty }

    init() {}

    init(children: [Node]) {
        self.children = children
        keys = children.map { $0.keys[0] }
        count = children.reduce(0) { $0 + $1.count }
    }

    func copy() -> Node {
        let node = Node()
        node.keys = keys
        node.values = values
        node.children = children
        node.count = count
        return node
    }

    // MARK: Reading

    func value(of key: Key) -> Value? {
        var node = self
        while !node.isLeaf { node = node.children[node.childIndex(of: key)] }
        let index = node.lowerBound(of: key)
        return index < node.keys.count && node.keys[index] == key ? node.values[index] : nil
    }

    func rank(of text: String) -> Int {
        var node = self
        var rank = 0
        while !node.isLeaf {
            let index = node.childIndex(of: text)
            for child in node.children[..<index] { rank += child.count }
            node = node.children[index]
        }
        return rank + node.lowerBound(of: text)
    }

    /// - Returns: whether to go on.
    func forEach(from start: String, _ body: (Key, Value) throws -> Bool) rethrows -> Bool {
        if isLeaf {
            for index in lowerBound(of: start)..<keys.count {
                guard try body(keys[index], values[index]) else { return false }
            }
            return true
        }
        for child in children[childIndex(of: start)...] {
            guard try child.forEach(from: start, body) else { return false }
        }
        return true
    }

    /// - Returns: whether to go on.
    func forEachReversed(before end: String, _ body: (Key, Value) throws -> Bool) rethrows -> Bool {
        if isLeaf {
            for index in (0..<lowerBound(of: end)).reversed() {
                guard try body(keys[index], values[index]) else { return false }
            }
            return true
        }
        for child in children[...childIndex(of: end)].reversed() {
            guard try child.forEachReversed(before: end, body) else { return false }
        }
        return true
    }

    // MARK: Writing; the node itself is uniquely referenced.

    func insert(_ key: Key, _ value: Value) -> (old: Value?, sibling: Node?) {
        let old = isLeaf ? insertIntoLeaf(key, value) : insertIntoChild(key, value)
        if old == nil { count += 1 }
        // Keys that rise are put at the end, one after another: a node that was cut in half would stay half empty.
        guard keys.count > Node.capacity else { return (old, nil) }
        return (old, splitOff(from: keys.last == key ? keys.count - 1 : keys.count / 2))
    }

    private func insertIntoLeaf(_ key: Key, _ value: Value) -> Value? {
        let index = lowerBound(of: key)
        if index < keys.count, keys[index] == key {
            let old = values[index]
            values[index] = value
            return old
        }
        var key = key
        if index > 0 { key.share(with: keys[index - 1]) }
        if index < keys.count { key.share(with: keys[index]) }
        keys.insert(key, at: index)
        values.insert(value, at: index)
        return nil
    }

    private func insertIntoChild(_ key: Key, _ value: Value) -> Value? {
        let index = childIndex(of: key)
        if key < keys[index] { keys[index] = key }
        makeChildUnique(index)
        let result = children[index].insert(key, value)
        if let sibling = result.sibling {
            children.insert(sibling, at: index + 1)
            keys.insert(sibling.keys[0], at: index + 1)
        }
        return result.old
    }

    /// - Returns: nil, without calling `body`, when there is no such key.
    func modify<T>(_ key: Key, _ body: (inout Value) -> T) -> T? {
        guard isLeaf else {
            let index = childIndex(of: key)
            makeChildUnique(index)
            return children[index].modify(key, body)
        }
        let index = lowerBound(of: key)
        return index < keys.count && keys[index] == key ? body(&values[index]) : nil
    }

    /// Both halves get arrays of their own size: one that has grown would keep its room for good.
    private func splitOff(from half: Int) -> Node {
        let sibling = Node()
        sibling.keys = Array(keys[half...])
        keys = Array(keys[..<half])
        if isLeaf {
            sibling.values = Array(values[half...])
            values = Array(values[..<half])
            sibling.count = sibling.keys.count
        } else {
            sibling.children = Array(children[half...])
            children = Array(children[..<half])
            sibling.count = sibling.children.reduce(0) { $0 + $1.count }
        }
        count -= sibling.count
        return sibling
    }

    /// Removes a key that is there.
    func remove(_ key: Key) -> Value {
        count -= 1
        if isLeaf {
            let index = lowerBound(of: key)
            keys.remove(at: index)
            return values.remove(at: index)
        }
        let index = childIndex(of: key)
        makeChildUnique(index)
        let old = children[index].remove(key)
        mendChild(index)
        return old
    }

    /// Drops a child that became empty, and merges one that became small with a neighbour that has room.
    private func mendChild(_ index: Int) {
        let child = children[index]
        if child.count == 0, children.count > 1 {
            children.remove(at: index)
            keys.remove(at: index)
        } else if child.keys.count < Node.capacity / 4, children.count > 1 {
            let left = index > 0 ? index - 1 : index
            if children[left].keys.count + children[left + 1].keys.count <= Node.capacity { mergeChildren(left) }
        }
    }

    private func mergeChildren(_ left: Int) {
        makeChildUnique(left)
        let right = children[left + 1]
        let merged = children[left]
        merged.keys += right.keys
        merged.values += right.values
        merged.children += right.children
        merged.count += right.count
        children.remove(at: left + 1)
        keys.remove(at: left + 1)
    }

    private func makeChildUnique(_ index: Int) {
        if !isKnownUniquelyReferenced(&children[index]) { children[index] = children[index].copy() }
    }

    // MARK: Searching

    /// The index of the first key that is not less than `key`.
    private func lowerBound(of key: Key) -> Int { lowerBound { $0 < key } }

    /// The index of the first key that, read as text, is not less than `text`.
    private func lowerBound(of text: String) -> Int { lowerBound { $0.isBelow(text) } }

    private func lowerBound(where isBelow: (Key) -> Bool) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if isBelow(keys[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The index of the child that holds `key` or would.
    private func childIndex(of key: Key) -> Int {
        let index = lowerBound(of: key)
        if index < keys.count, keys[index] == key { return index }
        return max(index - 1, 0)
    }

    /// The index of the last child that may hold keys that are less than `text`; all in later ones are not less.
    private func childIndex(of text: String) -> Int { max(lowerBound(of: text) - 1, 0) }
}
