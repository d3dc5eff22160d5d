import AWSModels
import AWSWire
import State

/// Rules for the target groups that a service or task set names.
enum TargetGroupRules {
    /// Checks that target groups are there, that a load balancer forwards to them, and that they take targets of the
    /// kind that tasks of the definition are.
    /// Source: Amazon ECS API Reference, LoadBalancer (targetGroupArn). Observed: these words; aws/amazon-ecs-cli#21
    /// has the first, which does not name what is wrong.
    static func check(
        _ balancers: [ECS.LoadBalancer], _ definition: TaskDefinitionRecord, _ snapshot: Snapshot
    ) throws(WireError) {
        let mode = definition.definition.networkMode ?? .bridge
        for balancer in balancers {
            let groups = [balancer.targetGroupArn, balancer.advancedConfiguration?.alternateTargetGroupArn]
            for group in groups.compactMap(\.self) { try check(group, mode, snapshot) }
        }
    }

    private static func check(_ arn: String, _ mode: ECS.NetworkMode, _ snapshot: Snapshot) throws(WireError) {
        guard let group = TargetGroupRecord.key(arn: arn, snapshot.realm).flatMap({ snapshot.get($0) }) else {
            throw .invalidParameter(
                "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service "
                    + "role being passed has the proper permissions.")
        }
        guard snapshot.isUsed(group.key) else {
            throw .invalidParameter(
                "The target group with targetGroupArn \(arn) does not have an associated load balancer.")
        }
        guard (group.targetType == .ip) == (mode == .awsvpc) else {
            throw .invalidParameter(
                "The provided target group \(arn) has target type \(group.targetType.rawValue), which is incompatible "
                    + "with the \(mode.rawValue) network mode specified in the task definition.")
        }
    }
}
