import NodeLink

/// The credentials of tasks' roles, as long as the tasks live. They are in memory only.
struct CredentialsBook: Sendable {
    struct Entry: Sendable {
        /// The task's ARN.
        var task: String
        var credentials: ACS.IAMRoleCredentials
        /// Whether they are the agent's own, for what it does for the task.
        var isForExecution: Bool
    }

    private var entries: [String: Entry] = [:]
    private var ids: [String: [String]] = [:]

    /// Takes new credentials, in place of those with the same id. Of another task's they are not taken.
    mutating func take(_ credentials: ACS.IAMRoleCredentials, of task: String, isForExecution: Bool) {
        guard let id = credentials.credentialsId, !id.isEmpty else { return }
        if let known = entries[id] {
            guard known.task == task else { return }
        } else {
            ids[task, default: []].append(id)
        }
        entries[id] = Entry(task: task, credentials: credentials, isForExecution: isForExecution)
    }

    /// The task is over.
    mutating func forget(task: String) {
        for id in ids.removeValue(forKey: task) ?? [] { entries[id] = nil }
    }

    /// nil for an id nobody gave out.
    func entry(_ id: String) -> Entry? { entries[id] }
}

extension ACS.IAMRoleCredentials {
    /// What may be written down: the id and the role, not the keys.
    var withoutKeys: ACS.IAMRoleCredentials {
        ACS.IAMRoleCredentials(credentialsId: credentialsId, roleArn: roleArn)
    }
}
