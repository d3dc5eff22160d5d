import AWSWire
import Scheduling
import State

/// Gives load balancers their addresses on the balancer nodes and says which of them are served; forgets nodes that are
/// gone for long, and judges targets anew when nodes come and go.
package struct BalancerController: Controller {
    package static let name = "balancer"

    private enum Subject: String, CaseIterable {
        case loadBalancers, targets
    }

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        concerned(by: change).map(\.rawValue)
    }

    private func concerned(by change: Change) -> [Subject] {
        switch change {
        case .loadBalancer: [.loadBalancers]
        case .balancerNode(let delta):
            delta.old?.isConnected == delta.new?.isConnected ? [.loadBalancers] : [.loadBalancers, .targets]
        default: []
        }
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] { Subject.allCases.map(\.rawValue) }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        switch Subject(rawValue: subject) {
        case .loadBalancers?:
            let next = transaction.forgetLostNodes(at: context.now)
            transaction.serveLoadBalancers()
            return Plan(transaction, wakeAt: next)
        case .targets?: transaction.judgeTargets()
        case nil: break
        }
        return Plan(transaction)
    }
}
