import AWSWire
import FoundationEssentials

/// What the server says to a load balancer node. Text frames on a websocket at `/balancer`:
/// `{"type":"configuration","message":{…}}`.
package enum BalancerServerMessage: Sendable, Equatable {
    case configuration(BalancerConfiguration)
    case targets(BalancerTargets)
    case heartbeat
    /// A type this side does not know; to be logged and ignored.
    case unknown(type: String)

    /// Opens a text frame.
    /// - Throws: `SerializationException` when it is no envelope, or its message is not of its type.
    package init(frame: [UInt8]) throws(WireError) {
        switch try BalancerFrame.type(of: frame) {
        case "configuration": self = .configuration(try BalancerFrame.open(frame))
        case "targets": self = .targets(try BalancerFrame.open(frame))
        case "heartbeat": self = .heartbeat
        case let type: self = .unknown(type: type)
        }
    }

    /// The text frame to send.
    package var frame: [UInt8] {
        switch self {
        case .configuration(let message): BalancerFrame.bytes("configuration", message)
        case .targets(let message): BalancerFrame.bytes("targets", message)
        case .heartbeat: BalancerFrame.bytes("heartbeat", BalancerHeartbeat())
        case .unknown(let type): BalancerFrame.bytes(type, BalancerHeartbeat())
        }
    }
}

/// What a load balancer node says to the server. `hello` is first.
package enum BalancerNodeMessage: Sendable, Equatable {
    case hello(BalancerHello)
    case applied(BalancerApplied)
    case health(BalancerHealth)
    case drained(BalancerDrained)
    case traffic(BalancerTraffic)
    case heartbeat
    /// A type this side does not know; to be logged and ignored.
    case unknown(type: String)

    /// Opens a text frame.
    /// - Throws: `SerializationException` when it is no envelope, or its message is not of its type.
    package init(frame: [UInt8]) throws(WireError) {
        switch try BalancerFrame.type(of: frame) {
        case "hello": self = .hello(try BalancerFrame.open(frame))
        case "applied": self = .applied(try BalancerFrame.open(frame))
        case "health": self = .health(try BalancerFrame.open(frame))
        case "drained": self = .drained(try BalancerFrame.open(frame))
        case "traffic": self = .traffic(try BalancerFrame.open(frame))
        case "heartbeat": self = .heartbeat
        case let type: self = .unknown(type: type)
        }
    }

    /// The text frame to send.
    package var frame: [UInt8] {
        switch self {
        case .hello(let message): BalancerFrame.bytes("hello", message)
        case .applied(let message): BalancerFrame.bytes("applied", message)
        case .health(let message): BalancerFrame.bytes("health", message)
        case .drained(let message): BalancerFrame.bytes("drained", message)
        case .traffic(let message): BalancerFrame.bytes("traffic", message)
        case .heartbeat: BalancerFrame.bytes("heartbeat", BalancerHeartbeat())
        case .unknown(let type): BalancerFrame.bytes(type, BalancerHeartbeat())
        }
    }
}

/// How messages become bytes.
private enum BalancerFrame {
    private struct Kind: Decodable {
        let type: String
    }

    private struct Incoming<Message: Decodable>: Decodable {
        let message: Message
    }

    private struct Outgoing<Message: Encodable>: Encodable {
        let type: String
        let message: Message
    }

    static func type(of frame: [UInt8]) throws(WireError) -> String { try decode(Kind.self, frame).type }

    static func open<Message: Decodable>(_ frame: [UInt8]) throws(WireError) -> Message {
        try decode(Incoming<Message>.self, frame).message
    }

    private static func decode<Value: Decodable>(_ type: Value.Type, _ frame: [UInt8]) throws(WireError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(frame))
        } catch { throw .serialization("A frame that cannot be read: \(error)") }
    }

    /// Members in alphabetical order: the same message always makes the same bytes.
    static func bytes(_ type: String, _ message: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return Array(try encoder.encode(Outgoing(type: type, message: message)))
        } catch {
            preconditionFailure("Messages hold finite numbers and text, which always encode: \(error)")
        }
    }
}
