import AWSModels
import AWSWire
import State

/// Whose word on a target counts.
package struct TargetJudges: Sendable, Equatable {
    /// The nodes whose sessions are open.
    var connected: Set<String>
    /// Those of them that serve a load balancer with the target's group: they are to send it requests.
    var serving: Set<String>

    package init(connected: Set<String>, serving: Set<String> = []) {
        self.connected = connected
        self.serving = serving
    }
}

extension TargetRecord {
    /// Takes over what a node says of the target.
    package mutating func take(_ report: TargetReport, _ judges: TargetJudges) {
        if let index = reports.firstIndex(where: { $0.node == report.node }) {
            // The time is that of the change.
            guard !reports[index].health.saysSame(as: report.health) else { return }
            reports[index] = report
        } else {
            reports.append(report)
            reports.sort { $0.node < $1.node }
        }
        judge(judges)
    }

    /// Makes one of what the nodes say. Each checks the target itself and sends it requests by its own finding.
    ///
    /// - A target is as healthy as the connected node sees it that likes it best, since a network that one node
    ///   cannot cross says nothing of the target.
    /// - A new target is initial until every node that serves it has judged it. A deployment that goes on when one node
    ///   has found the new tasks healthy would leave the others without a target.
    /// - Nodes that are not connected count while no connected one has said anything: what was known last stays when
    ///   the server or the only node starts anew.
    package mutating func judge(_ judges: TargetJudges) {
        let known = reports.filter { judges.connected.contains($0.node) }
        let decided = known.filter { $0.health.state != .initial }
        if health.state == .initial, !judges.serving.isSubset(of: decided.map(\.node)) {
            // How far the checks are.
            let checking = known.first { $0.health.state == .initial }
            if let checking, !checking.health.saysSame(as: health) { health = checking.health }
            return
        }
        let counting = [decided, known, reports].first { !$0.isEmpty } ?? []
        let best = counting.min { $0.health.state.rank < $1.health.state.rank }
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
    /// Whose word counts on the targets of a group.
    package func judges(of group: Key<TargetGroupRecord>) -> TargetJudges {
        let connected = Set(list(BalancerNodeRecord.self).filter(\.isConnected).map(\.name))
        let addresses = loadBalancers(of: group).flatMap { get($0)?.addresses ?? [] }
        return TargetJudges(
            connected: connected, serving: connected.intersection(addresses.map(\.nodeName)))
    }
}

extension Transaction {
    /// Judges all targets anew, after a node has come or gone. What nodes said that are forgotten goes.
    package mutating func judgeTargets() {
        let known = Set(snapshot.list(BalancerNodeRecord.self).map(\.name))
        for group in snapshot.list(TargetGroupRecord.self) {
            let judges = snapshot.judges(of: group.key)
            for old in snapshot.list(TargetRecord.self, prefix: "\(group.key.path)/") where !old.reports.isEmpty {
                var target = old
                target.reports.removeAll { !known.contains($0.node) }
                target.judge(judges)
                if target != old { put(target) }
            }
        }
    }
}
