import AWSModels
import State

/// Where gateways meet their load balancers: the one place that knows how far these are.
///
/// This region makes no load balancers, listeners and certificates for gateways yet. Until it does, nothing that a
/// gateway would make exists: a route stays in `CREATE_IN_PROGRESS` without a URL, and there are no resources to show.
/// What comes to make them answers here from its records; operations and `GatewayController` need no change.
package enum GatewayInfrastructure {
    /// How far a piece of work is.
    package enum Progress: Sendable {
        case pending, done
    }

    /// How far the listener rules and target groups of a new or changed route are.
    package static func provision(of route: GatewayRouteRecord) -> Progress { .pending }

    /// How far the removal of what belongs to a route is: what was never made is gone at once.
    package static func removal(of route: GatewayRouteRecord) -> Progress { .done }

    /// How far the load balancers have taken a change of their gateway over: there are none that lag behind.
    package static func update(of gateway: GatewayRecord) -> Progress { .done }

    /// The load balancers of a gateway, in order.
    package static func loadBalancers(of gateway: GatewayRecord) -> [ECS.ElbGatewayResources] { [] }
}
