import AWSModels
import AWSWire

/// A balancer node: a host that serves every load balancer of the region, each at an address out of its pool.
package struct BalancerNodeRecord: Record {
    /// Letters, digits, `.`, `_` and `-`; the same over restarts.
    package var name = ""
    /// For example `us-east-1a`.
    package var zone = ""
    /// The addresses it can give to load balancers, in CIDR notation. The first host address is the node's own.
    package var pool = ""
    /// Where the node is reached from other machines.
    package var hostAddress = ""
    package var version = ""
    package var registeredAt = Timestamp(milliseconds: 0)

    /// Observed: whether its session is open.
    package var isConnected = false
    /// Observed: which session is the open one; a late end of an older one changes nothing.
    package var sessionID: String?
    /// Observed: the server that has the session, where there are several.
    package var sessionServer: String?
    /// Observed: when the last session ended; nil while one is open.
    package var disconnectedAt: Timestamp?
    /// Observed: the revision of the state whose configuration it serves.
    package var appliedRevision = 0
    /// Observed: what it could not do of that configuration.
    package var problems: [BalancerProblem] = []

    package init() {}

    package static func key(_ name: String) -> Key<BalancerNodeRecord> { Key(path: name) }
    package var key: Key<BalancerNodeRecord> { BalancerNodeRecord.key(name) }

    package static let fields = FieldTable<BalancerNodeRecord>([
        .init("name", \.name),
        .init("zone", \.zone),
        .init("pool", \.pool),
        .init("hostAddress", \.hostAddress),
        .init("version", \.version),
        .init("registeredAt", \.registeredAt),
        .init("isConnected", \.isConnected),
        .init("sessionID", \.sessionID),
        .init("sessionServer", \.sessionServer),
        .init("disconnectedAt", \.disconnectedAt),
        .init("appliedRevision", \.appliedRevision),
        .init("problems", \.problems),
    ])
}

/// Something that a balancer node could not do, and that a person has to mend.
package struct BalancerProblem: Stored, Equatable {
    /// The key of the load balancer; nil when it concerns the whole node.
    package var loadBalancer: String?
    /// The key of the listener; nil when it concerns more than one.
    package var listener: String?
    package var text = ""

    package init() {}

    package init(loadBalancer: String?, listener: String?, text: String) {
        self.loadBalancer = loadBalancer
        self.listener = listener
        self.text = text
    }

    package static let fields = FieldTable<BalancerProblem>([
        .init("loadBalancer", \.loadBalancer),
        .init("listener", \.listener),
        .init("text", \.text),
    ])
}
