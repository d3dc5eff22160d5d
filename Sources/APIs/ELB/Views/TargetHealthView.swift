import AWSModels
import AWSWire
import State

extension ELB.TargetHealthDescription {
    /// The health of a registered target.
    /// - Parameter isUsed: whether any listener or rule forwards to its group.
    init(_ target: TargetRecord, of group: TargetGroupRecord, isUsed: Bool) {
        let health: ELB.TargetHealth
        if target.drainingSince != nil {
            health = ELB.TargetHealth(
                state: .draining, reason: .targetDeregistrationInProgress,
                description: "Target deregistration is in progress")
        } else if !isUsed {
            health = ELB.TargetHealth(
                state: .unused, reason: .targetNotInUse,
                description: "Target group is not configured to receive traffic from the load balancer")
        } else {
            health = ELB.TargetHealth(
                state: target.health.state, reason: target.health.reason, description: target.health.description)
        }
        self.init(
            target: ELB.TargetDescription(
                id: target.id, port: target.port, availabilityZone: target.availabilityZone),
            healthCheckPort: group.healthCheckPort(of: target.port), targetHealth: health)
    }

    /// What is said of a target that is not registered.
    init(unregistered target: ELB.TargetDescription, of group: TargetGroupRecord) {
        let port = target.port ?? group.port
        self.init(
            target: ELB.TargetDescription(id: target.id, port: port),
            healthCheckPort: group.healthCheckPort(of: port),
            targetHealth: ELB.TargetHealth(
                state: .unused, reason: .targetNotRegistered,
                description: "Target is not registered to the target group"))
    }
}

extension TargetGroupRecord {
    fileprivate func healthCheckPort(of port: Int) -> String {
        healthCheck.port == "traffic-port" ? String(port) : healthCheck.port
    }
}
