import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes target groups, named by ARN, by name or by load balancer, or all in pages.
/// Source: Elastic Load Balancing API Reference, DescribeTargetGroups.
struct DescribeTargetGroups: ReadOperation {
    static let model = ELB.Operations.describeTargetGroups

    func access(
        _ input: ELB.DescribeTargetGroupsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeTargetGroupsInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeTargetGroupsOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let (arns, names) = (input.targetGroupArns ?? [], input.names ?? [])
        let ways = [!arns.isEmpty, !names.isEmpty, input.loadBalancerArn != nil].count { $0 }
        guard ways <= 1 else {
            throw .validationError(
                "Only one of target group ARNs, target group names and a load balancer ARN can be specified")
        }
        try checkCount(max(arns.count, names.count), "TargetGroupArns and Names", maximum: 400)
        var found: [TargetGroupRecord] = []
        for arn in arns {
            guard let record = TargetGroupRecord.key(arn: arn, snapshot.realm).flatMap(snapshot.get) else {
                throw .oneTargetGroupNotFound
            }
            found.append(record)
        }
        for name in names {
            let named = snapshot.list(TargetGroupRecord.self, .targetGroupByName, prefix: name + "/")
            guard let record = named.first else { throw .oneTargetGroupNotFound }
            found.append(record)
        }
        if let arn = input.loadBalancerArn {
            let balancer = try snapshot.loadBalancer(arn: arn)
            found = snapshot.targetGroups(of: balancer.key).compactMap { snapshot.get($0) }
        } else if ways == 0 {
            found = snapshot.list(TargetGroupRecord.self)
        }
        let page = paging.page(of: found.sorted { $0.key < $1.key }) { $0.key.path }
        return ELB.DescribeTargetGroupsOutput(
            targetGroups: page.items.map { ELB.TargetGroup($0, in: snapshot) }, nextMarker: page.nextToken)
    }
}
