import APIPipeline
import AWSModels
import AWSWire
import State

/// Tells an agent where its websockets are. Agents keep the answer for hours, so it is stable.
/// Source: Amazon ECS API Reference, DiscoverPollEndpoint.
struct DiscoverPollEndpoint: ReadOperation {
    static let model = ECS.Operations.discoverPollEndpoint

    func access(
        _ input: ECS.DiscoverPollEndpointRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DiscoverPollEndpoint", "*")]
    }

    func read(
        _ input: ECS.DiscoverPollEndpointRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DiscoverPollEndpointResponse {
        ECS.DiscoverPollEndpointResponse(
            endpoint: call.endpoint + "/agent/acs", telemetryEndpoint: call.endpoint + "/agent/tcs")
    }
}
