import AWSModels
import AWSWire
import Scheduling
import State

/// Removes what has been over for long enough. It has one subject for each kind of record and sleeps until the first
/// of them has had its time; when nothing is due it changes nothing.
package struct RetentionController: Controller {
    package static let name = "retention"

    /// What is looked after.
    private enum Subject: String, CaseIterable {
        case capacityProviders, clientTokens, clusters, containerInstances, daemonDeployments, daemonTaskDefinitions
        case executeSessions, secrets, serviceDeployments
        case services, taskDefinitions, tasks
    }

    package init() {}

    package func allSubjects(in snapshot: Snapshot) -> [String] { Subject.allCases.map(\.rawValue) }

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        concerned(by: change, snapshot).map(\.rawValue)
    }

    private func concerned(by change: Change, _ snapshot: Snapshot) -> [Subject] {
        switch change {
        case .capacityProvider(let delta): delta.new?.status == .inactive ? [.capacityProviders] : []
        case .clientToken(let delta): delta.new == nil ? [] : [.clientTokens]
        case .cluster(let delta): delta.new?.status == .inactive ? [.clusters] : []
        case .containerInstance(let delta): ended(delta.new?.status == .inactive, delta, .containerInstances, snapshot)
        case .executeSession(let delta): delta.new == nil ? [] : [.executeSessions]
        case .daemon: usersOfDaemonDefinitions(snapshot)
        case .daemonDeployment(let delta): delta.new?.isUnderWay == false ? [.daemonDeployments] : []
        case .daemonTaskDefinition(let delta): delta.new?.status == .deleteInProgress ? [.daemonTaskDefinitions] : []
        case .service(let delta):
            ended(delta.new?.status == .inactive, delta, .services, snapshot) + usersOfDefinitions(snapshot)
        case .task(let delta):
            ended(delta.newBox?.value.stoppedAt != nil, delta, .tasks, snapshot)
                + (delta.isRemoval ? usersOfDefinitions(snapshot) : [])
                + (delta.newBox?.value.daemon != nil && delta.newBox?.value.stoppedAt != nil
                    ? usersOfDaemonDefinitions(snapshot) : [])
        case .taskDefinition(let delta): delta.new?.status == .deleteInProgress ? [.taskDefinitions] : []
        case .secret(let delta): delta.new?.goneAt == nil ? [] : [.secrets]
        case .serviceDeployment(let delta): delta.new?.isOpen == false ? [.serviceDeployments] : []
        default: []
        }
    }

    /// A record that is over is looked after from now on; one that is removed may have been the last in its cluster.
    private func ended<R: Record>(
        _ isOver: Bool, _ delta: Delta<R>, _ subject: Subject, _ snapshot: Snapshot
    ) -> [Subject] {
        if isOver { return [subject] }
        guard delta.isRemoval else { return [] }
        return snapshot.count(ClusterRecord.self, .clusterByStatus, prefix: "INACTIVE/") > 0 ? [.clusters] : []
    }

    /// Definitions that wait for their last user are rare: most changes need not look for them.
    private func usersOfDefinitions(_ snapshot: Snapshot) -> [Subject] {
        let prefix = "DELETE_IN_PROGRESS/"
        let waiting = snapshot.count(TaskDefinitionRecord.self, .taskDefinitionByStatus, prefix: prefix)
        return waiting > 0 ? [.taskDefinitions] : []
    }

    private func usersOfDaemonDefinitions(_ snapshot: Snapshot) -> [Subject] {
        let prefix = "DELETE_IN_PROGRESS/"
        let waiting = snapshot.count(DaemonTaskDefinitionRecord.self, .daemonTaskDefinitionByStatus, prefix: prefix)
        return waiting > 0 ? [.daemonTaskDefinitions] : []
    }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        guard let subject = Subject(rawValue: subject) else { return Plan() }
        let now = context.now
        switch subject {
        case .capacityProviders: return remove(retainCapacityProviders(snapshot, at: now), snapshot)
        case .clientTokens: return remove(retainClientTokens(snapshot, at: now), snapshot)
        case .clusters: return remove(retainClusters(snapshot, at: now), snapshot)
        case .containerInstances: return remove(retainInstances(snapshot, at: now), snapshot)
        case .executeSessions: return remove(retainExecuteSessions(snapshot, at: now), snapshot)
        case .secrets: return remove(retainSecrets(snapshot, at: now), snapshot)
        case .serviceDeployments: return removeDeployments(retainServiceDeployments(snapshot, at: now), snapshot)
        case .daemonDeployments: return retainDaemonDeployments(snapshot, at: now)
        case .daemonTaskDefinitions: return retainDaemonTaskDefinitions(snapshot, at: now)
        case .services: return remove(retainServices(snapshot, at: now), snapshot)
        case .taskDefinitions: return remove(retainTaskDefinitions(snapshot, at: now), snapshot)
        case .tasks: return remove(retainTasks(snapshot, at: now), snapshot)
        }
    }

    private func removeDeployments(_ expired: Expired<ServiceDeploymentRecord>, _ snapshot: Snapshot) -> Plan {
        var transaction = Transaction(snapshot)
        for deployment in expired.keys.compactMap({ snapshot.get($0) }) {
            if let revision = orphanedRevision(of: deployment, in: snapshot) { transaction.delete(revision) }
            transaction.delete(deployment.key)
        }
        return Plan(transaction, wakeAt: expired.wakeAt)
    }

    private func remove<R: TableRecord>(_ expired: Expired<R>, _ snapshot: Snapshot) -> Plan {
        var transaction = Transaction(snapshot)
        for key in expired.keys { transaction.delete(key) }
        return Plan(transaction, wakeAt: expired.wakeAt)
    }
}
