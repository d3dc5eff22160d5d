import Scheduling
import State

/// Lets listener rules forward what the deployments of services want of them. A subject is a service.
package struct TrafficController: Controller {
    package static let name = "traffic"

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        switch change {
        case .serviceDeployment(let delta):
            guard let deployment = delta.new else { return [] }
            return [ServiceRecord.key(deployment.cluster, deployment.service).path]
        case .service(let delta):
            return delta.old?.serviceDeployment == delta.new?.serviceDeployment ? [] : [delta.key.path]
        case .listener, .listenerRule:
            // Somebody else may have edited what a shift is about.
            return snapshot.list(ServiceDeploymentRecord.self, .openServiceDeployment, prefix: "open/")
                .filter { $0.trafficRevision != nil }.map { ServiceRecord.key($0.cluster, $0.service).path }
        default: return []
        }
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] {
        snapshot.list(ServiceRecord.self).filter { $0.status == .active }.map(\.key.path)
    }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        guard let service = snapshot.get(Key<ServiceRecord>(path: subject)) else { return Plan() }
        var transaction = Transaction(snapshot)
        transaction.shareTraffic(of: service)
        return Plan(transaction)
    }
}
