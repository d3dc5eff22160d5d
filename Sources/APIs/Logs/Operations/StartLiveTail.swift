import APIPipeline
import AWSModels
import AWSWire
import State

/// Sends the events of groups to whoever watches, as they come.
/// Source: CloudWatch Logs API Reference, StartLiveTail.
struct StartLiveTail: StreamingOperation {
    typealias Output = Logs.StartLiveTailResponse

    static let model = Logs.Operations.startLiveTail

    func access(
        _ input: Logs.StartLiveTailRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        input.logGroupIdentifiers.flatMap { permission(GroupReference.name($0, tx.realm), tx.realm) }
    }

    func open(
        _ input: Logs.StartLiveTailRequest, _ call: Call, _ snapshot: Snapshot, at now: Timestamp
    ) throws(WireError) -> BodyStream {
        guard input.logStreamNames == nil || input.logStreamNamePrefixes == nil else {
            throw .invalidParameter("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.")
        }
        let isOneGroup = input.logGroupIdentifiers.count == 1
        guard isOneGroup || input.logStreamNames == nil && input.logStreamNamePrefixes == nil else {
            throw .invalidParameter("Log streams can only be named with a single log group.")
        }
        var groups: [String: String] = [:]
        for identifier in input.logGroupIdentifiers {
            let group = try snapshot.logGroup(GroupReference.name(identifier, snapshot.realm))
            groups[group.id] = group.arn(snapshot.realm)
        }
        let pattern = try FilterPattern(input.logEventFilterPattern ?? "")
        let tail = LiveTail(groups: groups, request: input, pattern: pattern, requestID: call.requestID)
        return try call.services.get(LiveTails.self).stream(tail)
    }
}
