import AWSModels
import State
import Synchronization

/// What of the state changed that concerns balancer nodes.
package struct BalancerChanges: Sendable, Equatable {
    /// Whether load balancers, listeners, rules, target groups or certificates did.
    package var isStructural = false
    /// The groups whose targets did.
    package var targetGroups: [String] = []

    package var isEmpty: Bool { !isStructural && targetGroups.isEmpty }

    package init(isStructural: Bool = false, targetGroups: [String] = []) {
        self.isStructural = isStructural
        self.targetGroups = targetGroups
    }

    init(_ changes: [Change], _ snapshot: Snapshot) {
        var groups: Set<String> = []
        for change in changes {
            switch change {
            case .loadBalancer, .listener, .listenerRule, .targetGroup, .certificate, .trustStore,
                .trustStoreRevocation:
                isStructural = true
            case .target(let delta):
                if delta.isSeenByNodes, let target = delta.new ?? delta.old { groups.insert(target.targetGroup) }
            case .containerInstance(let delta): groups.formUnion(BalancerChanges.groups(delta, snapshot))
            case .balancerNode(let delta):
                // Which zones have nodes decides whom the others serve.
                if delta.old?.zone != delta.new?.zone {
                    groups.formUnion(snapshot.list(TargetGroupRecord.self).map(\.key.path))
                }
            default: break
            }
        }
        targetGroups = groups.sorted()
    }

    /// The groups with targets on an instance that is reached otherwise than before.
    private static func groups(_ delta: Delta<ContainerInstanceRecord>, _ snapshot: Snapshot) -> [String] {
        let isSame =
            delta.old?.privateIPv4Address == delta.new?.privateIPv4Address && delta.old?.status == delta.new?.status
            && delta.old?.ec2InstanceID == delta.new?.ec2InstanceID
        guard !isSame, let id = (delta.new ?? delta.old)?.ec2InstanceID else { return [] }
        return snapshot.list(TargetRecord.self, .targetByID, prefix: "\(id)/").map(\.targetGroup)
    }
}

extension Delta<TargetRecord> {
    /// Whether nodes are to hear of the change: what they said themselves they know.
    fileprivate var isSeenByNodes: Bool {
        guard let old, let new else { return true }
        return (old.drainingSince == nil) != (new.drainingSince == nil) || old.availabilityZone != new.availabilityZone
    }
}

/// Knows the open sessions of balancer nodes and tells them of the durable changes that concern them.
package final class BalancerHub: Sendable {
    private let sessions = Mutex<[String: any BalancerListener]>([:])

    package init() {}

    /// Makes `listener` the one of a node, in place of an earlier one.
    package func attach(_ listener: any BalancerListener, to node: String) {
        let earlier = sessions.withLock { $0.updateValue(listener, forKey: node) }
        if let earlier, earlier !== listener { earlier.superseded() }
    }

    /// Forgets `listener`, unless another one has taken its place.
    package func detach(_ listener: any BalancerListener, from node: String) {
        sessions.withLock { sessions in
            if let current = sessions[node], current === listener { sessions[node] = nil }
        }
    }

    /// Tells the sessions of changes that became durable.
    package func publish(_ changes: [Change], _ snapshot: Snapshot) {
        let listeners = sessions.withLock { $0 }
        guard !listeners.isEmpty else { return }
        let changes = BalancerChanges(changes, snapshot)
        guard !changes.isEmpty else { return }
        for (_, listener) in listeners.sorted(by: { $0.key < $1.key }) { listener.changed(changes, snapshot) }
    }
}

/// An open session of a balancer node, as the hub sees it.
package protocol BalancerListener: AnyObject, Sendable {
    /// Something changed. Called from any thread; must be quick.
    func changed(_ changes: BalancerChanges, _ snapshot: Snapshot)
    /// The node has opened another session.
    func superseded()
}
