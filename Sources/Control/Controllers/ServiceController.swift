import AWSModels
import AWSWire
import Scheduling
import State

/// Keeps every service at its desired count and its newest deployment.
package struct ServiceController: Controller {
    package static let name = "service"
    /// A service that could not place a task tries again after this time, if nothing changes before.
    static let placementRetry: Duration = .seconds(10)

    /// However large a service is, it is looked at this often.
    static let longestRest: Duration = .seconds(2)
    /// What is left after so many is for the next decision, which its own changes ask for.
    static let mostLooks = 8

    package init() {}

    package func subjects(of change: Change, in snapshot: Snapshot) -> [String] {
        switch change {
        case .service(let delta): return [delta.key.path]
        case .task(let delta):
            guard let task = delta.newBox ?? delta.oldBox else { return [] }
            if task.value.daemon != nil { return servicesConcerned(byDaemon: delta, snapshot) }
            guard let service = task.value.service else { return [] }
            return [ServiceRecord.key(task.value.cluster, service).path]
        case .containerInstance(let delta): return servicesConcerned(by: delta, snapshot)
        case .taskSet(let delta): return service(delta.new?.service ?? delta.old?.service, delta.key.path)
        case .serviceDeployment(let delta): return service(delta.new?.service, delta.key.path)
        case .alarm(let delta): return snapshot.services(watching: (delta.new ?? delta.old)?.name ?? "").map(\.path)
        case .balancerNode(let delta): return shiftingServices(delta, snapshot)
        case .target(let delta): return servicesConcerned(by: delta, snapshot)
        case .listener(let delta):
            return servicesConcerned(delta.old?.defaultActions ?? [], delta.new?.defaultActions ?? [], snapshot)
        case .listenerRule(let delta):
            return servicesConcerned(delta.old?.actions ?? [], delta.new?.actions ?? [], snapshot)
        default: return []
        }
    }

    /// The service whose key a longer key begins with.
    private func service(_ name: String?, _ path: String) -> [String] {
        guard name != nil, let end = path.lastIndex(of: "/") else { return [] }
        return [String(path[..<end])]
    }

    /// An instance that comes, goes, drains, connects, or gets other attributes may concern every service of its
    /// cluster.
    private func servicesConcerned(by delta: Delta<ContainerInstanceRecord>, _ snapshot: Snapshot) -> [String] {
        guard delta.concernsPlacement, let cluster = (delta.new ?? delta.old)?.cluster else { return [] }
        return snapshot.list(ServiceRecord.self, .serviceByStatus, prefix: "\(cluster)/ACTIVE/").map(\.key.path)
    }

    /// An instance takes tasks when its daemons run.
    private func servicesConcerned(byDaemon delta: Delta<TaskRecord>, _ snapshot: Snapshot) -> [String] {
        guard delta.opensInstance, let task = delta.new else { return [] }
        return snapshot.list(ServiceRecord.self, .serviceByStatus, prefix: "\(task.cluster)/ACTIVE/").map(\.key.path)
    }

    /// A node that has applied something may be what a shift of traffic waits for.
    private func shiftingServices(_ delta: Delta<BalancerNodeRecord>, _ snapshot: Snapshot) -> [String] {
        let isOther =
            delta.old?.appliedRevision != delta.new?.appliedRevision || delta.old?.isConnected != delta.new?.isConnected
        guard isOther else { return [] }
        return snapshot.list(ServiceDeploymentRecord.self, .openServiceDeployment, prefix: "open/")
            .filter { $0.trafficRevision != nil }.map { ServiceRecord.key($0.cluster, $0.service).path }
    }

    /// A target concerns the service that has it, and the one whose task waits for it to drain.
    private func servicesConcerned(by delta: Delta<TargetRecord>, _ snapshot: Snapshot) -> [String] {
        var services: Set<String> = []
        for target in [delta.old, delta.new].compactMap(\.self) {
            let task = target.task.flatMap { snapshot.get(Key<TaskRecord>(path: $0)) }
            if let task, let name = task.service { services.insert(ServiceRecord.key(task.cluster, name).path) }
            if let service = target.service { services.insert(service) }
        }
        return services.sorted()
    }

    /// A group that comes into use, or falls out of it, concerns the services that have targets in it.
    private func servicesConcerned(_ old: [ELB.Action], _ new: [ELB.Action], _ snapshot: Snapshot) -> [String] {
        let groups = Set(old.flatMap(\.forwardedARNs)).symmetricDifference(new.flatMap(\.forwardedARNs))
        var services: Set<String> = []
        for key in groups.sorted().compactMap({ TargetGroupRecord.key(arn: $0, snapshot.realm) }) {
            snapshot.table(TargetRecord.self).forEach(prefix: "\(key.path)/") { target in
                if let service = target.service { services.insert(service) }
                return true
            }
        }
        return services.sorted()
    }

    package func allSubjects(in snapshot: Snapshot) -> [String] {
        snapshot.list(ServiceRecord.self).filter { $0.status != .inactive }.map(\.key.path)
    }

    /// A service is looked at with all its tasks: one of a thousand tasks fifty times a second, one of ten when it
    /// likes; less often in a cluster where many more tasks are looked at.
    package func rest(after subject: String, _ snapshot: Snapshot) -> Duration {
        let service = Key<ServiceRecord>(path: subject)
        let cluster = subject.prefix { $0 != "/" }
        let others = snapshot.count(TaskRecord.self, .taskByDesiredStatus, prefix: "\(cluster)/RUNNING/")
        let rest = snapshot.tasksMeantToRun(of: service) * (20 + others / 500)
        return min(.microseconds(rest), ServiceController.longestRest)
    }

    /// Goes on until nothing is left to do now: what one look decides, a deployment that fails for example, may be what
    /// the next one acts on.
    package func decide(_ subject: String, _ snapshot: Snapshot, _ context: inout DecisionContext) -> Plan {
        var transaction = Transaction(snapshot)
        var wakeAt: Timestamp?
        for _ in 0..<ServiceController.mostLooks {
            let plan = lookIfNeeded(subject, transaction.snapshot, context)
            wakeAt = plan.wakeAt
            guard !plan.changes.isEmpty else { break }
            transaction.apply(plan)
            context = DecisionContext(now: context.now, random: SeededRandom(seed: context.random.next()))
        }
        return Plan(transaction, wakeAt: wakeAt)
    }

    private func lookIfNeeded(_ subject: String, _ snapshot: Snapshot, _ context: DecisionContext) -> Plan {
        guard let service = snapshot.get(Key<ServiceRecord>(path: subject)) else { return Plan() }
        let rest = Scheduling.rest(of: service, in: snapshot, at: context.now)
        assert(
            rest == .none || look(subject, snapshot, context).changes.isEmpty, "a look at \(subject) finds nothing too")
        switch rest {
        case .untilChange: return Plan()
        case .until(let time): return Plan(wakeAt: time)
        case .none: return look(subject, snapshot, context)
        }
    }

    /// Looks at a service with all its tasks.
    private func look(_ subject: String, _ snapshot: Snapshot, _ context: DecisionContext) -> Plan {
        var context = context
        guard let view = ServiceView(Key(path: subject), in: snapshot), view.service.status != .inactive
        else { return Plan() }
        var step = ServiceStep(view, snapshot, context)
        if view.service.schedulingStrategy == .daemon {
            let (decision, instances) = reconcileDaemon(view, eligible: step.countDaemonInstances(), &context)
            step.carryOut(decision, of: view, on: instances)
        } else {
            step.carryOut(reconcile(view, &context), of: view, on: nil)
        }
        step.judgeTaskSets()
        return step.plan
    }
}
