import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes listeners: those named, or those of a load balancer in pages.
/// Source: Elastic Load Balancing API Reference, DescribeListeners.
struct DescribeListeners: ReadOperation {
    static let model = ELB.Operations.describeListeners

    func access(
        _ input: ELB.DescribeListenersInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeListenersInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeListenersOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let arns = input.listenerArns ?? []
        guard arns.isEmpty || input.loadBalancerArn == nil else {
            throw .validationError("Listener ARNs and a load balancer ARN cannot be specified at the same time")
        }
        try checkCount(arns.count, "ListenerArns", maximum: 100)
        var found: [ListenerRecord] = []
        for arn in arns {
            guard let record = ListenerRecord.key(arn: arn, snapshot.realm).flatMap(snapshot.get) else {
                throw .oneListenerNotFound
            }
            found.append(record)
        }
        if arns.isEmpty {
            guard let arn = input.loadBalancerArn else {
                throw .validationError("You must specify either listener ARNs or a load balancer ARN")
            }
            let balancer = try snapshot.loadBalancer(arn: arn)
            found = snapshot.list(ListenerRecord.self, prefix: balancer.key.path + "/")
        }
        let page = paging.page(of: found.sorted { $0.key < $1.key }) { $0.key.path }
        return ELB.DescribeListenersOutput(
            listeners: page.items.map { ELB.Listener($0, snapshot.realm) }, nextMarker: page.nextToken)
    }
}
