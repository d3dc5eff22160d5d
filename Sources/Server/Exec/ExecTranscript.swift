import AWSModels
import AWSWire
import LogStore
import State

/// Where what a session shows is to be kept.
/// Source: Amazon ECS API Reference, ExecuteCommandConfiguration (logging) and ExecuteCommandLogConfiguration.
struct TranscriptPlace: Sendable, Equatable {
    var logGroup: String?
    /// A bucket and the object's key.
    var bucket: String?
    var key = ""

    /// - Returns: nil when nothing is kept.
    init?(_ session: ExecuteSessionRecord, _ snapshot: Snapshot) {
        let cluster = snapshot.get(ClusterRecord.key(session.cluster))
        let command = cluster?.configuration?.executeCommandConfiguration
        switch command?.logging ?? .default {
        case .override:
            let log = command?.logConfiguration
            logGroup = TranscriptPlace.given(log?.cloudWatchLogGroupName)
            bucket = TranscriptPlace.given(log?.s3BucketName)
            let prefix = TranscriptPlace.given(log?.s3KeyPrefix).map { $0 + "/" } ?? ""
            key = "\(prefix)\(session.id).log"
        case .default:
            // Where the container's own output goes, if that is CloudWatch Logs.
            let task = snapshot.get(TaskRecord.key(session.cluster, session.task))
            let definition = task.flatMap { snapshot.get(TaskDefinitionRecord.key($0.family, $0.revision)) }?.definition
            let container = definition?.containerDefinitions?.first { $0.name == session.container }
            guard let log = container?.logConfiguration, log.logDriver == .awslogs else { return nil }
            logGroup = log.options?["awslogs-group"]
        default: return nil
        }
        if logGroup == nil, bucket == nil { return nil }
    }

    private static func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
}

/// What a session has shown, as events of a line each, and as a whole. Pure.
struct ExecTranscript {
    /// A longer line is several events: what one event may hold.
    static let longestEvent = 256 << 10 - 26
    /// More of a session is in its log group only.
    static let longestObject = 4 << 20

    private var line: [UInt8] = []
    private var events: [LogEvent] = []
    private let keepsWhole: Bool
    /// For the object; ends where there was no more room.
    private(set) var whole: [UInt8] = []
    /// Bytes in complete lines that nobody has taken yet.
    private(set) var waiting = 0

    init(keepsWhole: Bool) { self.keepsWhole = keepsWhole }

    /// Takes what the command wrote.
    mutating func take(_ bytes: [UInt8], at now: Timestamp) {
        if keepsWhole { whole += bytes.prefix(max(0, ExecTranscript.longestObject - whole.count)) }
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                endLine(at: now)
            } else {
                line.append(byte)
                if line.count == ExecTranscript.longestEvent { endLine(at: now) }
            }
        }
    }

    private mutating func endLine(at now: Timestamp) {
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        defer { line = [] }
        // An event has at least a byte.
        guard !line.isEmpty else { return }
        let text = Array(String(decoding: line, as: UTF8.self).utf8)
        events.append(LogEvent(time: now.milliseconds, message: text))
        waiting += text.count
    }

    /// Hands out the lines that are complete; at the end also the last one.
    mutating func drain(isOver: Bool, at now: Timestamp) -> [LogEvent] {
        if isOver { endLine(at: now) }
        defer {
            events = []
            waiting = 0
        }
        return events
    }
}
