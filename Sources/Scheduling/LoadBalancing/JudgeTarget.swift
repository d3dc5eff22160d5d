import AWSModels
import AWSWire
import State

extension TargetRecord {
    /// Takes over what a node says of the target.
    package mutating func take(_ report: TargetReport, connected: Set<String>) {
        if let index = reports.firstIndex(where: { $0.node == report.node }) {
            // The time is that of the change.
            guard !reports[index].health.saysSame(as: report.health) else { return }
            reports[index] = report
        } else {
            reports.append(report)
            reports.sort { $0.node < $1.node }
        }
        judge(connected: connected)
    }

    /// Makes one of what the nodes say: a target is as healthy as the connected node sees it that likes it best, since
    /// a network that one node cannot cross says nothing of the target. Nodes that are not connected count while no
    /// connected one has said anything: what was known last stays when the server or the only node starts anew.
    package mutating func judge(connected: Set<String>) {
        let known = reports.filter { connected.contains($0.node) }
        let best = (known.isEmpty ? reports : known).min { $0.health.state.rank < $1.health.state.rank }
        if let best, !best.health.saysSame(as: health) { health = best.health }
    }
}

extension TargetHealthState {
    fileprivate func saysSame(as other: TargetHealthState) -> Bool {
        state == other.state && reason == other.reason && description == other.description
    }
}

extension ELB.TargetHealthStateEnum {
    /// The best first.
    fileprivate var rank: Int {
        switch self {
        case .healthy: 0
        case .unavailable: 1
        case .initial: 2
        case .unhealthyDraining: 3
        case .unhealthy: 4
        case .draining: 5
        case .unused: 6
        }
    }
}

extension Snapshot {
    /// The names of the balancer nodes whose sessions are open.
    package var connectedBalancerNodes: Set<String> {
        Set(list(BalancerNodeRecord.self).filter(\.isConnected).map(\.name))
    }
}

extension Transaction {
    /// Judges all targets anew, after a node has come or gone. What nodes said that are forgotten goes.
    package mutating func judgeTargets() {
        let known = Set(snapshot.list(BalancerNodeRecord.self).map(\.name))
        let connected = snapshot.connectedBalancerNodes
        for old in snapshot.list(TargetRecord.self) where !old.reports.isEmpty {
            var target = old
            target.reports.removeAll { !known.contains($0.node) }
            target.judge(connected: connected)
            if target != old { put(target) }
        }
    }
}
