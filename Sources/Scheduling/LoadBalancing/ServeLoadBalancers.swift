import AWSModels
import AWSWire
import State

/// How long a balancer node may be away until it is forgotten and its addresses are taken from the load balancers:
/// until then it is expected back with all it served.
package let balancerNodePatience: Duration = .seconds(600)

extension Transaction {
    /// Forgets the balancer nodes that are gone for long.
    /// - Returns: when the next one will be.
    package mutating func forgetLostNodes(at now: Timestamp) -> Timestamp? {
        var next: Timestamp?
        for node in snapshot.list(BalancerNodeRecord.self) where !node.isConnected {
            let end = (node.disconnectedAt ?? node.registeredAt).advanced(by: balancerNodePatience)
            if end <= now { delete(node.key) } else { next = min(next ?? end, end) }
        }
        return next
    }

    /// Gives every load balancer an address on every node, the lowest free one of the node's pool, and says which are
    /// active: those that a node serves.
    ///
    /// Every node serves every load balancer, whatever its zones: most regions have one node. An address stays while
    /// its node is known and has it in its pool.
    package mutating func serveLoadBalancers() {
        let balancers = snapshot.list(LoadBalancerRecord.self)
        let nodes = snapshot.list(BalancerNodeRecord.self)
        var taken: [String: Set<String>] = [:]
        for address in balancers.flatMap(\.addresses) { taken[address.nodeName, default: []].insert(address.address) }
        for old in balancers {
            var balancer = old
            balancer.addresses = nodes.compactMap { node in
                guard let pool = AddressPool(node.pool) else { return nil }
                let held = balancer.addresses.first { $0.nodeName == node.name }
                if let held, pool.contains(held.address), held.zone == node.zone { return held }
                if let held { taken[node.name]?.remove(held.address) }
                guard let address = pool.lowest(besides: taken[node.name] ?? []) else { return nil }
                taken[node.name, default: []].insert(address)
                return LoadBalancerNodeAddress(address, of: node, from: Int(snapshot.revision) + 1)
            }
            balancer.judgeState(nodes)
            if balancer != old { put(balancer) }
        }
    }
}

extension LoadBalancerNodeAddress {
    fileprivate init(_ address: String, of node: BalancerNodeRecord, from revision: Int) {
        self.init()
        nodeName = node.name
        zone = node.zone
        self.address = address
        self.revision = revision
    }
}

extension LoadBalancerRecord {
    /// A load balancer is active from the moment a node serves it, and stays so while it has an address.
    fileprivate mutating func judgeState(_ nodes: [BalancerNodeRecord]) {
        let isServed = addresses.contains { address in
            nodes.contains { $0.name == address.nodeName && $0.appliedRevision >= address.revision }
        }
        if isServed {
            (stateCode, stateReason) = (.active, nil)
        } else if stateCode == .provisioning || addresses.isEmpty {
            stateCode = .provisioning
            stateReason = addresses.isEmpty && !nodes.isEmpty ? "No balancer node has a free address." : nil
        }
    }
}
