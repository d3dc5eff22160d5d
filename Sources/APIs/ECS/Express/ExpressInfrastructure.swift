import AWSModels
import State

/// Where Express services meet what ECS makes for them: load balancers, certificates and scaling policies.
///
/// This region makes none of them yet, and has no Fargate capacity for the tasks. What comes to make them answers here
/// from its records. See docs/decisions/0006-express-services-without-fargate.md.
enum ExpressInfrastructure {
    /// The ways from outside to a revision.
    static func ingressPaths(of revision: ExpressRevision) -> [ECS.IngressPathSummary] { [] }

    /// Why a service is not all that it will be; nil when nothing is missing.
    static func statusReason(of service: ServiceRecord) -> String? {
        guard service.status == .active else { return nil }
        return
            "The service waits for AWS Fargate capacity and for a load balancer, which this region does not have yet."
    }
}
