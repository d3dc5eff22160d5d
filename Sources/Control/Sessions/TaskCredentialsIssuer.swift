import APIPipeline
import AWSModels
import AWSWire
import NodeLink
import State

/// Issues the credentials of tasks' roles: a set for each role of a task, which ends with the task and is renewed long
/// before its time is over.
///
/// Seam: whether the role is there, and trusts `ecs-tasks.amazonaws.com`, is for IAM to say; until there is IAM, every
/// role that a task names is issued for, and `BuiltInAccess` says how little it may do.
/// Source: Amazon ECS Developer Guide, Task IAM role.
struct TaskCredentialsIssuer: Sendable {
    /// How long a set is good for. Source: amazon-ecs-agent: 6 h.
    static let lifetime: Duration = .seconds(6 * 3_600)
    /// When a set is renewed; SDKs ask for a new one a quarter of an hour before the end.
    static let renewal: Duration = .seconds(3 * 3_600)

    /// What a role is to a task, in the agent's words.
    enum Kind: String, Sendable, CaseIterable {
        /// What the application may do.
        case application = "TaskApplication"
        /// What the agent may do for the task.
        case execution = "TaskExecution"
    }

    /// A set for the application and one for the agent, where the task has such roles.
    static func roles(of task: TaskRecord, _ definition: ECS.TaskDefinition) -> [(kind: Kind, role: String)] {
        let application = task.overrides?.taskRoleArn ?? definition.taskRoleArn
        let execution = task.overrides?.executionRoleArn ?? definition.executionRoleArn
        return [(.application, application), (.execution, execution)].compactMap { kind, role in
            role.flatMap { $0.isEmpty ? nil : (kind, $0) }
        }
    }

    /// Issues a set. The id is always the same for a task and kind: it stands in the containers' environment.
    static func issue(
        _ kind: Kind, _ role: String, for task: TaskRecord, _ snapshot: Snapshot, at now: Timestamp,
        _ random: inout SeededRandom
    ) -> ACS.IAMRoleCredentials {
        let realm = snapshot.realm
        let arn = role.hasPrefix("arn:") ? role : "arn:\(realm.partition):iam::\(realm.account):role/\(role)"
        let session = RoleSession(
            role: arn, name: task.id, holder: .task(task.key), expiresAt: now.advanced(by: lifetime))
        let credential = session.credential(snapshot.vault, &random)
        return ACS.IAMRoleCredentials(
            credentialsId: id(kind, of: task, snapshot.vault), roleArn: arn, accessKeyId: credential.accessKeyID,
            secretAccessKey: credential.secretAccessKey, sessionToken: credential.sessionToken,
            expiration: session.expiresAt.iso8601.prefix(19) + "Z")
    }

    /// Whoever knows the id gets the credentials, so nobody can guess it. It looks like a UUID.
    private static func id(_ kind: Kind, of task: TaskRecord, _ vault: Vault) -> String {
        let bytes = vault.derive("credentials-id", from: "\(kind.rawValue)/\(task.key.path)")
        return UUIDText.version4(bytes)
    }
}
