import APIPipeline
import AWSModels
import AWSWire
import State

/// Describes the capacity that is reserved for a load balancer: none.
/// Source: Elastic Load Balancing API Reference, DescribeCapacityReservation.
/// Seam: No capacity can be reserved.
struct DescribeCapacityReservation: ReadOperation {
    static let model = ELB.Operations.describeCapacityReservation

    func access(
        _ input: ELB.DescribeCapacityReservationInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func read(
        _ input: ELB.DescribeCapacityReservationInput, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ELB.DescribeCapacityReservationOutput {
        _ = try snapshot.loadBalancer(arn: input.loadBalancerArn)
        return ELB.DescribeCapacityReservationOutput(decreaseRequestsRemaining: 0, capacityReservationState: [])
    }
}
