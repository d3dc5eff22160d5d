import AWSModels
import Scheduling
import State

/// Brings what is in progress at gateways to its end: changed gateways, routes that come or go, and associations that
/// wait for their last route. How far the load balancers are, `GatewayInfrastructure` knows.
/// Source: Amazon ECS API Reference, UpdateGateway and DisassociateGatewayFromCluster.
package struct GatewayController: Controller {
    package static let name = "gateway"

    /// A record by its kind and path, as a subject is named.
    private enum Subject {
        case gateway(Key<GatewayRecord>)
        case route(Key<GatewayRouteRecord>)
        case association(Key<GatewayAssociationRecord>)

        var name: String {
            switch self {
            case .gateway(let key): "gateway/\(key.path)"
            case .route(let key): "route/\(key.path)"
            case .association(let key): "association/\(key.path)"
            }
        }

        init?(_ name: String) {
            let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { return nil }
            switch parts[0] {
            case "gateway": self = .gateway(Key(path: parts[1]))
            case "route": self = .route(Key(path: parts[1]))
            case "association": self = .association(Key(path: parts[1]))
            default: return nil
            }
        }
    }

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        concerned(by: change, snapshot).map(\.name)
    }

    private func concerned(by change: Change, _ snapshot: Snapshot) -> [Subject] {
        switch change {
        case .gateway(let delta): return [.gateway(delta.key)]
        case .gatewayAssociation(let delta): return [.association(delta.key)]
        case .gatewayRoute(let delta):
            guard delta.new == nil, let route = delta.old else { return [.route(delta.key)] }
            return [.association(GatewayAssociationRecord.key(route.cluster, route.gateway))]
        case .service(let delta):
            return snapshot.list(GatewayRouteRecord.self, .routeByService, prefix: "\(delta.key.path)/")
                .map { .route($0.key) }
        default: return []
        }
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] {
        let gateways = snapshot.list(GatewayRecord.self).map { Subject.gateway($0.key) }
        let routes = snapshot.list(GatewayRouteRecord.self).map { Subject.route($0.key) }
        let associations = snapshot.list(GatewayAssociationRecord.self).map { Subject.association($0.key) }
        return (gateways + routes + associations).map(\.name)
    }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        switch Subject(subject) {
        case .gateway(let key)?: finishUpdate(of: key, &transaction)
        case .route(let key)?: advance(key, &transaction)
        case .association(let key)?: endAssociation(key, &transaction)
        case nil: break
        }
        return Plan(transaction)
    }

    private func finishUpdate(of key: Key<GatewayRecord>, _ transaction: inout Transaction) {
        guard let gateway = transaction.get(key), gateway.status == .updateInProgress,
            GatewayInfrastructure.update(of: gateway) == .done
        else { return }
        transaction.update(key) { $0.status = .updateComplete }
    }

    private func advance(_ key: Key<GatewayRouteRecord>, _ transaction: inout Transaction) {
        guard let route = transaction.get(key) else { return }
        switch route.status {
        case .createInProgress, .updateInProgress:
            guard GatewayInfrastructure.provision(of: route) == .done else { return }
            transaction.update(key) { $0.status = .active }
        case .deleteInProgress:
            guard !isInUse(route, transaction.snapshot), GatewayInfrastructure.removal(of: route) == .done else {
                return
            }
            transaction.delete(key)
        case .active, .createFailed, .updateFailed, .deleteFailed: return
        }
    }

    private func endAssociation(_ key: Key<GatewayAssociationRecord>, _ transaction: inout Transaction) {
        guard let association = transaction.get(key), association.status == .disassociating else { return }
        let prefix = "\(association.gateway)/\(association.cluster)/"
        guard transaction.snapshot.table(GatewayRouteRecord.self).count(prefix: prefix) == 0 else { return }
        transaction.delete(key)
    }
}
