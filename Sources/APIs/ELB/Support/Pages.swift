import APIPipeline
import AWSWire

extension Paging {
    /// Reads the members `Marker` and `PageSize`.
    /// - Throws: `ValidationError` for a marker that is none of ours.
    init(marker: String?, pageSize: Int?) throws(WireError) {
        do throws(WireError) {
            try self.init(token: marker, maxResults: pageSize, defaultLimit: 400, maximum: 400)
        } catch {
            throw .validationError(marker == nil ? error.message : "Invalid marker")
        }
    }

    /// One page of a list that is in the order of its items' names.
    func page<Item>(of items: [Item], name: (Item) -> String) -> (items: [Item], nextToken: String?) {
        page { after, body in
            for item in items where after.map({ name(item) > $0 }) ?? true {
                guard body(name(item), item) else { return }
            }
        }
    }
}

/// Checks how many ARNs or names a request holds.
/// Source: Elastic Load Balancing API Reference, DescribeLoadBalancers (up to 20 load balancers in a single call).
func checkCount(_ count: Int, _ member: String, maximum: Int = 20) throws(WireError) {
    guard count <= maximum else { throw .validationError("\(member) can have at most \(maximum) items") }
}
