import APIPipeline
import AWSModels
import AWSWire
import State

/// Deregisters targets. One that gets traffic drains for as long as its group says; what is not registered is passed
/// over.
/// Source: Elastic Load Balancing API Reference, DeregisterTargets.
struct DeregisterTargets: Operation {
    static let model = ELB.Operations.deregisterTargets

    func access(
        _ input: ELB.DeregisterTargetsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.targetGroupArn)
    }

    func perform(
        _ input: ELB.DeregisterTargetsInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.DeregisterTargetsOutput {
        let group = try tx.snapshot.targetGroup(arn: input.targetGroupArn)
        guard !input.targets.isEmpty else { throw .validationError("At least one target must be specified") }
        let rules = TargetRules(group: group, snapshot: tx.snapshot)
        // Where nothing forwards to the group, nothing can be in flight.
        let drains = tx.snapshot.isUsed(group.key) && group.deregistrationDelay > .zero
        for description in input.targets {
            let key = try rules.key(description)
            guard let target = tx.get(key), target.drainingSince == nil else { continue }
            guard drains else {
                tx.delete(key)
                continue
            }
            tx.update(key) { target in
                target.drainingSince = context.now
                target.isDrained = false
            }
        }
        return ELB.DeregisterTargetsOutput()
    }
}
