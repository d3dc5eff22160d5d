import APIPipeline
import AWSModels
import AWSWire
import Control
import State
import Telemetry

/// Lets the websockets of balancer nodes in: checks the signature. Who the node is, it says itself.
struct BalancerGate: Sendable {
    static let path = "/balancer"

    let lane: Lane
    let hub: BalancerHub
    let metrics: MetricBook
    let authenticator: any Authenticating
    let access: any AccessDeciding

    func decide(_ request: HTTPRequestMessage) -> UpgradeDecision {
        do throws(WireError) {
            let caller = try authenticator.authenticate(request, ECS.api, at: WallClock.now)
            try access.decide(AccessRequest("roost:ServeLoadBalancers", "*"), caller, lane.durable)
        } catch {
            let body = JSONValue.object(["message": .string(error.message)]).encode()
            return .refuse(
                HTTPResponseMessage(
                    status: error.status, headers: ["Content-Type": "application/json"], body: body))
        }
        return .accept(BalancerConnection(lane: lane, hub: hub, metrics: metrics, random: SystemEntropy.seeded()))
    }
}
