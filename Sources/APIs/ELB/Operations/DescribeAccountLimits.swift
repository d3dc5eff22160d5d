import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the quotas of the account.
/// Source: Elastic Load Balancing API Reference, DescribeAccountLimits.
struct DescribeAccountLimits: ReadOperation {
    static let model = ELB.Operations.describeAccountLimits

    func access(
        _ input: ELB.DescribeAccountLimitsInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*")
    }

    func read(
        _ input: ELB.DescribeAccountLimitsInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeAccountLimitsOutput {
        let paging = try Paging(marker: input.marker, pageSize: input.pageSize)
        let page = paging.page(of: Quotas.limits) { $0.name ?? "" }
        return ELB.DescribeAccountLimitsOutput(limits: page.items, nextMarker: page.nextToken)
    }
}
