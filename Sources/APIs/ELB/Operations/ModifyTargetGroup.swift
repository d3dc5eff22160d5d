import APIPipeline
import AWSModels
import AWSWire
import State

/// Changes how the targets of a group are checked.
/// Source: Elastic Load Balancing API Reference, ModifyTargetGroup.
struct ModifyTargetGroup: Operation {
    static let model = ELB.Operations.modifyTargetGroup

    func access(
        _ input: ELB.ModifyTargetGroupInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.targetGroupArn)
    }

    func perform(
        _ input: ELB.ModifyTargetGroupInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyTargetGroupOutput {
        var record = try tx.snapshot.targetGroup(arn: input.targetGroupArn)
        let rules = HealthCheckRules(group: record.protocol, version: record.protocolVersion)
        let asked = HealthCheckInput(
            protocol: input.healthCheckProtocol, port: input.healthCheckPort, path: input.healthCheckPath,
            isEnabled: input.healthCheckEnabled, intervalSeconds: input.healthCheckIntervalSeconds,
            timeoutSeconds: input.healthCheckTimeoutSeconds, healthyThreshold: input.healthyThresholdCount,
            unhealthyThreshold: input.unhealthyThresholdCount, matcher: input.matcher)
        record.healthCheck = try rules.applying(asked, to: record.healthCheck)
        tx.put(record)
        return ELB.ModifyTargetGroupOutput(targetGroups: [ELB.TargetGroup(record, in: tx.snapshot)])
    }
}
