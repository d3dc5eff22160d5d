import AWSModels
import AWSWire

/// Rules for what needs a role.
/// Source: Amazon ECS Developer Guide, Task execution IAM role.
enum RoleRules {
    static let all: [DefinitionRule] = [hasValidRoles, hasExecutionRoleForSecrets]

    /// Observed: an empty role is refused, with these words.
    static let hasValidRoles: DefinitionRule = { (definition) throws(WireError) in
        guard definition.taskRoleArn != "", definition.executionRoleArn != "" else {
            throw .client("Role is not valid")
        }
    }

    static let hasExecutionRoleForSecrets: DefinitionRule = { (definition) throws(WireError) in
        guard definition.executionRoleArn == nil else { return }
        for container in definition.containers {
            let log = container.logConfiguration?.secretOptions ?? []
            guard (container.secrets ?? []).isEmpty, log.isEmpty else {
                throw .client(
                    "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
            }
            guard container.repositoryCredentials == nil else {
                throw .client(
                    "When you are specifying repository credentials, you must also specify a value for "
                        + "'executionRoleArn'.")
            }
            guard (container.environmentFiles ?? []).isEmpty else {
                throw .client(
                    "When you are specifying environment files, you must also specify a value for "
                        + "'executionRoleArn'.")
            }
        }
    }
}
