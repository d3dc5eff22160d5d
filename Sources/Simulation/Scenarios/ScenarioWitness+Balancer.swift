import AWSModels
import State

/// What load balancers know of tasks, and where they send requests.
extension ScenarioWitness {
    mutating func note(_ delta: Delta<TargetRecord>) {
        guard let target = delta.new ?? delta.old, let task = target.task?.split(separator: "/").last else { return }
        let group = target.targetGroup.prefix { $0 != "/" }
        guard let new = delta.new else { return say("gone from \(group)", ofTask: String(task)) }
        if delta.old == nil || delta.old?.task != new.task { say("registered in \(group)", ofTask: String(task)) }
        if let old = delta.old, old.health.state != new.health.state {
            let reason = new.health.description.map { ": \($0)" } ?? ""
            say("\(new.health.state.rawValue) in \(group)\(reason)", ofTask: String(task))
        }
        let isDraining = delta.old?.drainingSince == nil && new.drainingSince != nil
        if isDraining { say("draining in \(group)", ofTask: String(task)) }
    }

    /// Only shares that change are told.
    mutating func note(_ delta: Delta<ListenerRuleRecord>) {
        guard let new = delta.new, delta.old != nil else { return }
        let shares = new.actions.compactMap(\.forwardConfig?.targetGroups).joined().map { tuple in
            "\(names.plain(tuple.targetGroupArn ?? "")) \(tuple.weight ?? 1)"
        }
        history.say("rule \(new.id) forwards to \(shares.joined(separator: ", "))")
    }

    private mutating func say(_ text: String, ofTask id: String) {
        history.say(names.plain(text), of: names.name(id))
    }
}
