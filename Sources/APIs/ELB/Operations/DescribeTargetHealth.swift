import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the health of a group's targets, or of those that are asked for, be they registered or not.
/// Source: Elastic Load Balancing API Reference, DescribeTargetHealth.
struct DescribeTargetHealth: ReadOperation {
    static let model = ELB.Operations.describeTargetHealth

    func access(
        _ input: ELB.DescribeTargetHealthInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeTargetHealthInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeTargetHealthOutput {
        let group = try snapshot.targetGroup(arn: input.targetGroupArn)
        let isUsed = snapshot.isUsed(group.key)
        var result: [ELB.TargetHealthDescription] = []
        if let targets = input.targets, !targets.isEmpty {
            let rules = TargetRules(group: group, snapshot: snapshot)
            for target in targets {
                let record = snapshot.get(try rules.key(target))
                result.append(
                    record.map { ELB.TargetHealthDescription($0, of: group, isUsed: isUsed) }
                        ?? ELB.TargetHealthDescription(unregistered: target, of: group))
            }
        } else {
            result = snapshot.list(TargetRecord.self, prefix: group.key.path + "/")
                .map { ELB.TargetHealthDescription($0, of: group, isUsed: isUsed) }
        }
        let includes = input.include ?? []
        if group.protocolVersion != nil, includes.contains(.anomalyDetection) || includes.contains(.all) {
            for index in result.indices {
                result[index].anomalyDetection = ELB.AnomalyDetection(result: .normal, mitigationInEffect: .no)
            }
        }
        return ELB.DescribeTargetHealthOutput(targetHealthDescriptions: result)
    }
}
