import APIPipeline
import AWSModels
import AWSWire
import State

/// Reserves capacity for a load balancer.
/// Source: Elastic Load Balancing API Reference, ModifyCapacityReservation.
/// Seam: No capacity can be reserved: only taking a reservation back succeeds.
struct ModifyCapacityReservation: Operation {
    static let model = ELB.Operations.modifyCapacityReservation

    func access(
        _ input: ELB.ModifyCapacityReservationInput, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission(input.loadBalancerArn)
    }

    func perform(
        _ input: ELB.ModifyCapacityReservationInput, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ELB.ModifyCapacityReservationOutput {
        _ = try tx.snapshot.loadBalancer(arn: input.loadBalancerArn)
        guard input.resetCapacityReservation == true, input.minimumLoadBalancerCapacity == nil else {
            throw .notAvailable("Capacity reservations are")
        }
        return ELB.ModifyCapacityReservationOutput(decreaseRequestsRemaining: 0, capacityReservationState: [])
    }
}
