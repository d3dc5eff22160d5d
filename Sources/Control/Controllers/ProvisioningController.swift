import AWSModels
import AWSWire
import Scheduling
import State

/// Places the tasks that wait for capacity as soon as an instance of their capacity provider has room, and gives up on
/// those that waited too long. A subject is a cluster.
package struct ProvisioningController: Controller {
    package static let name = "provisioning"

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        switch change {
        case .task(let delta):
            guard let cluster = (delta.newBox ?? delta.oldBox)?.value.cluster else { return [] }
            let gaveRoom =
                (delta.oldBox?.value.holdsResources ?? false) && !(delta.newBox?.value.holdsResources ?? false)
            return (delta.newBox?.value.awaitsCapacity ?? false) || gaveRoom || delta.opensInstance
                ? waiting([cluster], snapshot) : []
        case .containerInstance(let delta):
            guard delta.concernsPlacement, let instance = delta.new else { return [] }
            return waiting([instance.cluster], snapshot)
        default: return []
        }
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] {
        waiting(snapshot.list(ClusterRecord.self).map(\.name), snapshot)
    }

    /// Those of the clusters in which tasks wait: in most there are none, and asking costs a logarithm.
    private func waiting(_ clusters: [String], _ snapshot: Snapshot) -> [String] {
        clusters.filter { snapshot.tally(of: $0).tasks(.provisioning) > 0 }
    }

    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        var wakeAt: Timestamp?
        var hopeless: [String: [RefusedInstance]] = [:]
        for task in Provisioning.waitingTasks(in: subject, snapshot) {
            let refused: [RefusedInstance]
            if let known = hopeless[task.wish] {
                refused = known
            } else {
                switch placement(of: task, transaction.snapshot, &context) {
                case .placed(let instance):
                    transaction.start(task, on: instance, &context)
                    continue
                case .failed(let reasons): refused = reasons
                }
                hopeless[task.wish] = refused
            }
            let end = task.createdAt.advanced(by: Provisioning.patience)
            if end <= context.now {
                giveUp(task, refused, &transaction, context.now)
            } else {
                wakeAt = min(wakeAt ?? end, end)
            }
        }
        return Plan(transaction, wakeAt: wakeAt)
    }

    private func placement(
        of task: TaskRecord, _ snapshot: Snapshot, _ context: inout DecisionContext
    ) -> Placement {
        guard let request = TaskRequest(waiting: task, in: snapshot) else { return .failed([]) }
        return place(request, in: snapshot, &context)
    }

    private func giveUp(
        _ task: TaskRecord, _ refused: [RefusedInstance], _ transaction: inout Transaction, _ now: Timestamp
    ) {
        var task = task
        let reason = Provisioning.failureReason(
            refused, of: task.capacityProviderName, in: task.cluster, transaction.snapshot)
        task.requestStop(.taskFailedToStart, reason, at: now)
        transaction.store(task, was: .provisioning, at: now)
    }
}

extension TaskRecord {
    /// Tasks with the same wish have the same luck: what found no room for one has none for the next.
    fileprivate var wish: String {
        let constraints = placementConstraints.map { "\($0.type?.rawValue ?? "") \($0.expression ?? "")" }
        let subnets = networkConfiguration?.awsvpcConfiguration?.subnets ?? []
        return "\(family):\(revision) \(capacityProviderName ?? "") \(group) \(cpuUnits) \(memoryMiB) \(gpuCount) "
            + "\(subnets) \(constraints)"
    }
}

extension Delta<TaskRecord> {
    /// Whether a daemon begins to run: its instance may take other tasks now.
    var opensInstance: Bool {
        newBox?.value.daemon != nil && newBox?.value.lastStatus == .running && oldBox?.value.lastStatus != .running
    }
}

extension Delta<ContainerInstanceRecord> {
    /// Whether tasks may find room, or lose their place, by this change: the instance comes, goes, drains, connects,
    /// or gets other attributes.
    var concernsPlacement: Bool {
        old?.status != new?.status || old?.agentConnected != new?.agentConnected
            || old?.attributeTexts != new?.attributeTexts
    }
}

extension ContainerInstanceRecord {
    /// The attributes in a form that can be compared.
    fileprivate var attributeTexts: [String] {
        (attributes + customAttributes).map { "\($0.name)=\($0.value ?? "")" }
    }
}
