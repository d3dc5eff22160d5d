import NodeLink

/// A target of a target group: an id and a port.
struct TargetKey: Hashable, Sendable, Comparable, Codable, CustomStringConvertible {
    var group: String
    var id: String
    var port: Int

    init(_ group: String, _ target: BalancerTargets.Target) {
        self.group = group
        id = target.id
        port = target.port
    }

    static func < (a: Self, b: Self) -> Bool { (a.group, a.id, a.port) < (b.group, b.id, b.port) }

    var description: String { "\(group) \(id):\(port)" }
}
