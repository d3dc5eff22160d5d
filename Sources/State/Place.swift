/// Where a record stands in a secondary order: under the order's key for it, and there by the record's own key.
///
/// Read as text it is both, one after the other. Keys of one order have as many components, so none begins another, and
/// comparing part by part is comparing the text. The many records under one key share its text.
struct Place: SortedKey {
    /// The order's key for the record; it ends in `/`.
    private(set) var order: String
    /// The path of the record's key.
    let path: String

    static func < (a: Place, b: Place) -> Bool { a.order == b.order ? a.path < b.path : a.order < b.order }

    func isBelow(_ text: String) -> Bool {
        guard text.hasPrefix(order) else { return order < text }
        return path.utf8.lexicographicallyPrecedes(text.utf8.dropFirst(order.utf8.count))
    }

    mutating func share(with neighbour: Place) {
        if order == neighbour.order { order = neighbour.order }
    }
}

/// A key of an order: each part with a slash behind it. Made for every change of a task, in one allocation.
func orderKey(_ first: String, _ second: String, _ third: String? = nil, _ fourth: String? = nil) -> String {
    var key = ""
    key.reserveCapacity(
        first.utf8.count + second.utf8.count + (third?.utf8.count ?? 0) + (fourth?.utf8.count ?? 0) + 4)
    key += first
    key += "/"
    key += second
    key += "/"
    if let third {
        key += third
        key += "/"
    }
    if let fourth {
        key += fourth
        key += "/"
    }
    return key
}

/// The path of a key without its last component.
func parentPath(_ path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
}

/// The path of a key of two components, in one allocation.
func keyPath(_ first: String, _ second: String) -> String {
    var path = ""
    path.reserveCapacity(first.utf8.count + second.utf8.count + 1)
    path += first
    path += "/"
    path += second
    return path
}
