import APIPipeline
import AWSModels
import AWSWire
import State

/// Deletes a target group that no action refers to, with its targets. One that is not there is deleted already.
/// Source: Elastic Load Balancing API Reference, DeleteTargetGroup.
struct DeleteTargetGroup: Operation {
    static let model = ELB.Operations.deleteTargetGroup

    func access(
        _ input: ELB.DeleteTargetGroupInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.targetGroupArn)
    }

    func perform(
        _ input: ELB.DeleteTargetGroupInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.DeleteTargetGroupOutput {
        let record: TargetGroupRecord
        do throws(WireError) {
            record = try tx.snapshot.targetGroup(arn: input.targetGroupArn)
        } catch {
            guard error.code == "TargetGroupNotFound" else { throw error }
            return ELB.DeleteTargetGroupOutput()
        }
        guard !tx.snapshot.isUsed(record.key) else {
            throw .elbResourceInUse(
                "Target group '\(input.targetGroupArn)' is currently in use by a listener or a rule")
        }
        for target in tx.snapshot.list(TargetRecord.self, prefix: record.key.path + "/") { tx.delete(target.key) }
        tx.delete(record.key)
        return ELB.DeleteTargetGroupOutput()
    }
}
