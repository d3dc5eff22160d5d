import APIPipeline
import AWSWire

/// Pages of what a Describe operation found.
enum Pages {
    /// Cuts one page out of items that are in the order of their names.
    /// - Throws: `InvalidParameterValue` for a token or a size that is none.
    static func page<Item>(
        _ items: [Item], token: String?, maxResults: Int?, name: (Item) -> String
    ) throws(WireError) -> (items: [Item], nextToken: String?) {
        let paging: Paging
        do throws(WireError) {
            paging = try Paging(token: token, maxResults: maxResults, defaultLimit: 1_000, maximum: 1_000)
        } catch {
            throw .invalidParameterValue(error.message)
        }
        return paging.page { after, body in
            for item in items where after.map({ name(item) > $0 }) ?? true {
                guard body(name(item), item) else { return }
            }
        }
    }

    /// The items that a request names, or all.
    /// - Throws: what `missing` makes of a name that nothing has.
    static func named<Item>(
        _ items: [Item], _ names: [String]?, _ name: (Item) -> String, _ missing: (String) -> WireError
    ) throws(WireError) -> [Item] {
        guard let names, !names.isEmpty else { return items }
        let known = Set(items.map(name))
        if let unknown = names.first(where: { !known.contains($0) }) { throw missing(unknown) }
        let wanted = Set(names)
        return items.filter { wanted.contains(name($0)) }
    }
}
