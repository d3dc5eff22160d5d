import AWSModels
import AWSWire
import State

/// A new session of ExecuteCommand: its record, and what the client gets.
///
/// The data channel behind `streamUrl` is not served yet. It belongs into the region's listener, as a websocket at
/// `/v1/data-channel/ID`: it finds the session's record, compares the digest of the token in the client's first
/// message, sends the command to the agent of the task's instance, and carries bytes both ways in the format of AWS
/// Systems Manager's data channels; the cluster's `executeCommandConfiguration` is to act there. Whoever serves it has
/// to draw the token from the machine's randomness: a decision's chance can be foretold from ids that it gave out.
struct ExecuteSession {
    /// Source: Amazon ECS Developer Guide, Monitor Amazon ECS containers with ECS Exec: idle sessions end after 20
    /// minutes.
    private static let lifetime: Duration = .seconds(20 * 60)

    let record: ExecuteSessionRecord
    let shown: ECS.Session

    /// - Parameter endpoint: where the region is reached, `http://…` or `https://…`.
    init(
        _ command: String, in container: ContainerState, of task: TaskRecord, endpoint: String,
        _ context: inout DecisionContext
    ) {
        let token = context.random.hex(64)
        var record = ExecuteSessionRecord()
        record.id = "ecs-execute-command-" + context.random.hex(17)
        record.cluster = task.cluster
        record.task = task.id
        record.container = container.name
        record.command = command
        record.tokenDigest = SHA256Digest.hex(of: Array(token.utf8))
        record.expiresAt = context.now.advanced(by: ExecuteSession.lifetime)
        self.record = record
        // `http` becomes `ws`, `https` becomes `wss`.
        let host = endpoint.hasPrefix("http") ? "ws" + endpoint.dropFirst(4) : endpoint
        shown = ECS.Session(
            sessionId: record.id, streamUrl: "\(host)/v1/data-channel/\(record.id)?role=publish_subscribe",
            tokenValue: token)
    }
}
