import APIPipeline
import AWSModels
import AWSWire
import State

/// A new session of ExecuteCommand: its record, and what the client gets. The data channel behind `streamUrl` is
/// served by the region's listener.
struct ExecuteSession {
    let record: ExecuteSessionRecord
    let shown: ECS.Session

    init(
        _ command: String, in container: ContainerState, of task: TaskRecord, for call: Call, _ vault: Vault,
        _ context: inout DecisionContext
    ) {
        var record = ExecuteSessionRecord()
        record.id = "ecs-execute-command-" + context.random.hex(17)
        record.cluster = task.cluster
        record.task = task.id
        record.container = container.name
        record.runtimeID = container.runtimeID
        record.command = command
        record.owner = call.caller.arn
        record.createdAt = context.now
        let token = record.issueToken(vault, &context.random, at: context.now)
        record.expiresAt = record.tokenExpiresAt
        self.record = record
        shown = ECS.Session(
            sessionId: record.id, streamUrl: record.streamURL(at: call.endpoint), tokenValue: token)
    }
}
