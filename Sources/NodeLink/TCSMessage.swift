import AWSWire

/// A message of the session that carries measurements (TCS), in either direction.
/// Source: amazon-ecs-agent, ecs-agent/tcs/model.
package enum TCSMessage: Sendable {
    // From the agent.
    case metrics(TCS.PublishMetricsRequest)
    case health(TCS.PublishHealthRequest)
    case instanceStatus(TCS.PublishInstanceStatusRequest)
    // From the server.
    case metricsAck(TCS.AckPublishMetric)
    case healthAck(TCS.AckPublishHealth)
    case instanceStatusAck(TCS.AckPublishInstanceStatus)
    case heartbeat(TCS.HeartbeatMessage)
    case stopSession(TCS.StopTelemetrySessionMessage)
    /// A type neither side of ours knows; to be logged and ignored.
    case unknown(type: String)

    /// Opens a text frame of either direction: what precedes the JSON is taken off.
    /// - Throws: when it is no envelope, or its message breaks the model.
    package init(frame: [UInt8]) throws(WireError) {
        let envelope = try Envelope.open(TelemetryFrame(frame).body)
        switch envelope.type {
        case "PublishMetricsRequest": self = .metrics(try envelope.decode(TCS.PublishMetricsRequest.self))
        case "PublishHealthRequest": self = .health(try envelope.decode(TCS.PublishHealthRequest.self))
        case "PublishInstanceStatusRequest":
            self = .instanceStatus(try envelope.decode(TCS.PublishInstanceStatusRequest.self))
        case "AckPublishMetric": self = .metricsAck(try envelope.decode(TCS.AckPublishMetric.self))
        case "AckPublishHealth": self = .healthAck(try envelope.decode(TCS.AckPublishHealth.self))
        case "AckPublishInstanceStatus":
            self = .instanceStatusAck(try envelope.decode(TCS.AckPublishInstanceStatus.self))
        case "HeartbeatMessage": self = .heartbeat(try envelope.decode(TCS.HeartbeatMessage.self))
        case "StopTelemetrySessionMessage":
            self = .stopSession(try envelope.decode(TCS.StopTelemetrySessionMessage.self))
        default: self = .unknown(type: envelope.type)
        }
    }

    /// The envelope. What the agent sends goes into a `TelemetryFrame` first.
    package var frame: [UInt8] {
        switch self {
        case .metrics(let message): Envelope.bytes("PublishMetricsRequest", message)
        case .health(let message): Envelope.bytes("PublishHealthRequest", message)
        case .instanceStatus(let message): Envelope.bytes("PublishInstanceStatusRequest", message)
        case .metricsAck(let message): Envelope.bytes("AckPublishMetric", message)
        case .healthAck(let message): Envelope.bytes("AckPublishHealth", message)
        case .instanceStatusAck(let message): Envelope.bytes("AckPublishInstanceStatus", message)
        case .heartbeat(let message): Envelope.bytes("HeartbeatMessage", message)
        case .stopSession(let message): Envelope.bytes("StopTelemetrySessionMessage", message)
        case .unknown(let type): Envelope.bytes(type, EmptyShape())
        }
    }
}
