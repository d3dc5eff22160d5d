import AWSModels
import AWSWire

/// What a service revision of an Express service has beside its task definition and settings.
package struct ExpressRevision: Stored {
    /// The service revision's id.
    package var id = ""
    /// Where the load balancer looks for health.
    package var healthCheckPath = ""
    package var scalingTarget = ECS.ExpressGatewayScalingTarget()

    package init() {}

    package static let fields = FieldTable<ExpressRevision>([
        .init("id", \.id),
        .init("healthCheckPath", \.healthCheckPath),
        .init("scalingTarget", \.scalingTarget),
    ])
}
