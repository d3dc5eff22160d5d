import APIPipeline
import AWSModels
import AWSWire
import State

/// Registers targets. One that is draining is taken back; one that is registered stays as it is.
/// Source: Elastic Load Balancing API Reference, RegisterTargets.
struct RegisterTargets: Operation {
    static let model = ELB.Operations.registerTargets

    func access(
        _ input: ELB.RegisterTargetsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.targetGroupArn)
    }

    func perform(
        _ input: ELB.RegisterTargetsInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.RegisterTargetsOutput {
        let group = try tx.snapshot.targetGroup(arn: input.targetGroupArn)
        guard !input.targets.isEmpty else { throw .validationError("At least one target must be specified") }
        let rules = TargetRules(group: group, snapshot: tx.snapshot)
        var targets: [TargetRecord] = []
        for target in input.targets { targets.append(try rules.checked(target)) }
        for var target in targets {
            if let old = tx.get(target.key), old.drainingSince == nil { continue }
            target.registeredAt = context.now
            target.health = .registering(at: context.now)
            tx.put(target)
        }
        let count = tx.snapshot.table(TargetRecord.self).count(prefix: group.key.path + "/")
        guard count <= Quotas.targetsPerTargetGroup else {
            throw .tooManyTargets(
                "The maximum number of targets of a target group, \(Quotas.targetsPerTargetGroup), has been reached")
        }
        return ELB.RegisterTargetsOutput()
    }
}
