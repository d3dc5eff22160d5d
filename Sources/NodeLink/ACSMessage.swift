import AWSWire

/// A message of the session that carries tasks (ACS), in either direction.
/// Source: amazon-ecs-agent, ecs-agent/acs/model.
package enum ACSMessage: Sendable {
    // From the server.
    case payload(ACS.PayloadMessage)
    case heartbeat(ACS.HeartbeatMessage)
    case credentials(ACS.IAMRoleCredentialsMessage)
    case manifest(ACS.TaskManifestMessage)
    case stopVerificationAck(ACS.TaskStopVerificationAck)
    case performUpdate(ACS.PerformUpdateMessage)
    /// Ours, to agents of ours: this server takes `pulls`.
    case hello(ACS.RoostHelloMessage)
    /// Ours, to agents of ours: images that tasks will want soon.
    case prefetch(ACS.RoostPrefetchMessage)
    /// Ours: the agent is to dial for a session of ExecuteCommand. The official agent is never sent it.
    case executeCommand(ACS.ExecuteCommandMessage)
    // From the agent.
    case ack(ACS.AckRequest)
    case nack(ACS.NackRequest)
    case heartbeatAck(ACS.HeartbeatAckRequest)
    case credentialsAck(ACS.IAMRoleCredentialsAckRequest)
    case stopVerification(ACS.TaskStopVerificationMessage)
    /// Ours, to servers of ours: the pulls that are under way.
    case pulls(ACS.RoostPullsMessage)
    /// A type neither side of ours knows; to be logged and ignored.
    case unknown(type: String)

    /// Opens a text frame.
    /// - Throws: when it is no envelope, or its message breaks the model.
    package init(frame: [UInt8]) throws(WireError) {
        let envelope = try Envelope.open(frame)
        switch envelope.type {
        case "PayloadMessage": self = .payload(try envelope.decode(ACS.PayloadMessage.self))
        case "HeartbeatMessage": self = .heartbeat(try envelope.decode(ACS.HeartbeatMessage.self))
        case "IAMRoleCredentialsMessage":
            self = .credentials(try envelope.decode(ACS.IAMRoleCredentialsMessage.self))
        case "TaskManifestMessage": self = .manifest(try envelope.decode(ACS.TaskManifestMessage.self))
        case "TaskStopVerificationAck":
            self = .stopVerificationAck(try envelope.decode(ACS.TaskStopVerificationAck.self))
        case "PerformUpdateMessage": self = .performUpdate(try envelope.decode(ACS.PerformUpdateMessage.self))
        case "ExecuteCommandMessage": self = .executeCommand(try envelope.decode(ACS.ExecuteCommandMessage.self))
        case "AckRequest": self = .ack(try envelope.decode(ACS.AckRequest.self))
        case "NackRequest": self = .nack(try envelope.decode(ACS.NackRequest.self))
        case "HeartbeatAckRequest": self = .heartbeatAck(try envelope.decode(ACS.HeartbeatAckRequest.self))
        case "IAMRoleCredentialsAckRequest":
            self = .credentialsAck(try envelope.decode(ACS.IAMRoleCredentialsAckRequest.self))
        case "TaskStopVerificationMessage":
            self = .stopVerification(try envelope.decode(ACS.TaskStopVerificationMessage.self))
        case "RoostHelloMessage": self = .hello(try envelope.decode(ACS.RoostHelloMessage.self))
        case "RoostPrefetchMessage": self = .prefetch(try envelope.decode(ACS.RoostPrefetchMessage.self))
        case "RoostPullsMessage": self = .pulls(try envelope.decode(ACS.RoostPullsMessage.self))
        default: self = .unknown(type: envelope.type)
        }
    }

    /// The text frame to send.
    package var frame: [UInt8] {
        switch self {
        case .payload(let message): Envelope.bytes("PayloadMessage", message)
        case .heartbeat(let message): Envelope.bytes("HeartbeatMessage", message)
        case .credentials(let message): Envelope.bytes("IAMRoleCredentialsMessage", message)
        case .manifest(let message): Envelope.bytes("TaskManifestMessage", message)
        case .stopVerificationAck(let message): Envelope.bytes("TaskStopVerificationAck", message)
        case .performUpdate(let message): Envelope.bytes("PerformUpdateMessage", message)
        case .executeCommand(let message): Envelope.bytes("ExecuteCommandMessage", message)
        case .ack(let message): Envelope.bytes("AckRequest", message)
        case .nack(let message): Envelope.bytes("NackRequest", message)
        case .heartbeatAck(let message): Envelope.bytes("HeartbeatAckRequest", message)
        case .credentialsAck(let message): Envelope.bytes("IAMRoleCredentialsAckRequest", message)
        case .stopVerification(let message): Envelope.bytes("TaskStopVerificationMessage", message)
        case .hello(let message): Envelope.bytes("RoostHelloMessage", message)
        case .prefetch(let message): Envelope.bytes("RoostPrefetchMessage", message)
        case .pulls(let message): Envelope.bytes("RoostPullsMessage", message)
        case .unknown(let type): Envelope.bytes(type, EmptyShape())
        }
    }
}
