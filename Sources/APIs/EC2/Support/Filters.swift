import AWSModels
import AWSWire

/// The filters of a Describe operation: an item must meet all of them, each by one of its values.
/// Source: Amazon EC2 User Guide, Filter your resources.
struct Filters {
    private let filters: [(name: String, values: [String])]

    /// - Parameter known: the names the operation has, beside those about tags.
    /// - Throws: `InvalidParameterValue` for another name.
    init(_ filters: [EC2.Filter]?, _ known: Set<String>) throws(WireError) {
        var read: [(name: String, values: [String])] = []
        for filter in filters ?? [] {
            let name = filter.name ?? ""
            guard known.contains(name) || name.hasPrefix("tag:") || name == "tag-key" else {
                throw .invalidParameterValue("The filter '\(name)' is invalid")
            }
            read.append((name, filter.values ?? []))
        }
        self.filters = read
    }

    /// Whether an item meets the filters.
    /// - Parameter values: what the item has under a name; empty for nothing.
    func admit(_ tags: [EC2.Tag], _ values: (String) -> [String]) -> Bool {
        filters.allSatisfy { filter in
            let own = filter.name.hasPrefix("tag") ? tagValues(tags, filter.name) : values(filter.name)
            return filter.values.contains { pattern in own.contains { Wildcard.matches($0, pattern) } }
        }
    }

    private func tagValues(_ tags: [EC2.Tag], _ name: String) -> [String] {
        if name == "tag-key" { return tags.compactMap(\.key) }
        let key = name.dropFirst("tag:".count)
        return tags.filter { $0.key ?? "" == key }.map { $0.value ?? "" }
    }
}

/// `*` stands for any text, `?` for one character.
enum Wildcard {
    /// Whether a pattern means a text, whole. Costs at most the product of their lengths.
    static func matches(_ text: String, _ pattern: String) -> Bool {
        let (text, pattern) = (Array(text.utf8), Array(pattern.utf8))
        var (at, next) = (0, 0)
        var star: (pattern: Int, text: Int)?
        while at < text.count {
            if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
                star = (next, at)
                next += 1
            } else if next < pattern.count, pattern[next] == text[at] || pattern[next] == UInt8(ascii: "?") {
                (at, next) = (at + 1, next + 1)
            } else if let last = star {
                (at, next) = (last.text + 1, last.pattern + 1)
                star = (last.pattern, last.text + 1)
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
