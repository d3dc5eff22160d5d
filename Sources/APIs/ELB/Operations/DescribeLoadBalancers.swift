import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes load balancers, named by ARN or by name, or all in pages.
/// Source: Elastic Load Balancing API Reference, DescribeLoadBalancers.
struct DescribeLoadBalancers: ReadOperation {
    static let model = ELB.Operations.describeLoadBalancers

    func access(
        _ input: ELB.DescribeLoadBalancersInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeLoadBalancersInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeLoadBalancersOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let (arns, names) = (input.loadBalancerArns ?? [], input.names ?? [])
        guard arns.isEmpty || names.isEmpty else {
            throw .validationError("Load balancer names and load balancer ARNs cannot be specified at the same time")
        }
        try checkCount(max(arns.count, names.count), "LoadBalancerArns and Names")
        var found: [LoadBalancerRecord] = []
        for arn in arns {
            guard let record = LoadBalancerRecord.key(arn: arn, snapshot.realm).flatMap(snapshot.get) else {
                throw .oneLoadBalancerNotFound
            }
            found.append(record)
        }
        for name in names {
            let named = snapshot.list(LoadBalancerRecord.self, .loadBalancerByName, prefix: name + "/")
            guard let record = named.first else { throw .loadBalancerNotFound("Load balancers '[\(name)]' not found") }
            found.append(record)
        }
        if arns.isEmpty, names.isEmpty { found = snapshot.list(LoadBalancerRecord.self) }
        let page = paging.page(of: found.sorted { $0.key < $1.key }) { $0.key.path }
        return ELB.DescribeLoadBalancersOutput(
            loadBalancers: page.items.map { ELB.LoadBalancer($0, snapshot.realm) }, nextMarker: page.nextToken)
    }
}
