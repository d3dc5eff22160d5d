import AWSModels
import Scheduling
import State

extension ServiceStep {
    /// Registers the tasks whose containers run in the target groups of their deployment or task set.
    mutating func registerTargets(of view: ServiceView) {
        guard !view.targetPlans.isEmpty else { return }
        var counts: [(group: String, count: Int)] = []
        for task in view.tasks where task.awaitsTargets {
            guard let plans = task.deployment.flatMap({ view.targetPlans[$0] }), register(task, plans) else { continue }
            for plan in plans {
                if let index = counts.firstIndex(where: { $0.group == plan.targetGroup }) {
                    counts[index].count += 1
                } else {
                    counts.append((plan.targetGroup, 1))
                }
            }
        }
        for (group, count) in counts where isThere(group) { say(TargetEvents.registered(count, in: group)) }
    }

    private func isThere(_ group: String) -> Bool {
        TargetGroupRecord.key(arn: group, transaction.realm).map { transaction.get($0) != nil } ?? false
    }

    /// Says which targets have begun to drain since it was said last, whoever stopped their tasks.
    ///
    /// A target that somebody took from a running task is none of the service's doing.
    mutating func announceDraining() {
        let targets = transaction.snapshot.unannouncedTargets(of: service.key)
        guard !targets.isEmpty else { return }
        var counts: [String: Int] = [:]
        var tasks: [String: Set<String>] = [:]
        for target in targets {
            forget(target)
            let task = target.task.flatMap { transaction.get(Key<TaskRecord>(path: $0)) }
            guard task?.desiredStatus != .running else { continue }
            counts[target.targetGroupKey.arn(transaction.realm), default: 0] += 1
            tasks[task?.deployment ?? "", default: []].insert(target.task ?? "")
        }
        for (group, count) in counts.sorted(by: { $0.key < $1.key }) {
            say(TargetEvents.deregistered(count, in: group))
        }
        for (deployment, ids) in tasks.sorted(by: { $0.key < $1.key }) {
            say(TargetEvents.draining(ids.count), ofTaskSet: deployment)
        }
    }

    /// Lets agents stop the tasks that no target holds any more.
    mutating func stopDrained(_ view: ServiceView) {
        let keys = view.tasks.filter { $0.lastStatus == .deactivating }.map { TaskRecord.key(service.cluster, $0.id) }
        stopDrained(keys)
    }
}
