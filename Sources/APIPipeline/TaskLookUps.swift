import AWSModels
import AWSWire
import State

extension TaskRecord {
    /// Whether a role may look up a parameter or a secret for the task: its execution role may, what the task
    /// definition names and nothing else.
    /// - Parameter role: the ARN of the role.
    package func mayLookUp(_ request: AccessRequest, as role: String, _ snapshot: Snapshot) -> Bool {
        let actions: Set = ["ssm:GetParameters", "secretsmanager:GetSecretValue", "s3:GetObject"]
        guard actions.contains(request.action), let definition = snapshot.get(definitionKey)?.definition,
            let execution = overrides?.executionRoleArn ?? definition.executionRoleArn,
            role == execution || role.hasSuffix(":role/\(execution)")
        else { return false }
        if request.action == "s3:GetObject" {
            let own = (definition.containerDefinitions ?? []).flatMap { $0.environmentFiles ?? [] }
            let others = (overrides?.containerOverrides ?? []).flatMap { $0.environmentFiles ?? [] }
            return (own + others).contains { $0.value == request.resource }
        }
        return definition.lookUps.contains { valueFrom in
            guard valueFrom.hasPrefix("arn:") else {
                let name = String(valueFrom.prefix { $0 != ":" })
                return request.resource == ParameterRecord.arn(name, snapshot.realm)
            }
            // Behind a name or an ARN there may be a version, or the last characters of a secret's may be left out.
            let named = valueFrom.split(separator: ":", omittingEmptySubsequences: false)
            let isParameter = named.count > 2 && named[2] == "ssm"
            let arn = named.prefix(isParameter ? 6 : 7).joined(separator: ":")
            return request.resource == arn || (!isParameter && request.resource.dropLast(7) == arn)
        }
    }
}

extension ECS.TaskDefinition {
    /// What the containers' secrets, log options, registries and file servers are to be taken from.
    fileprivate var lookUps: [String] {
        let shares = (volumes ?? []).compactMap(\.fsxWindowsFileServerVolumeConfiguration)
        return shares.map(\.authorizationConfig.credentialsParameter)
            + (containerDefinitions ?? []).flatMap { container in
                (container.secrets ?? []).map(\.valueFrom)
                    + (container.logConfiguration?.secretOptions ?? []).map(\.valueFrom)
                    + [container.repositoryCredentials?.credentialsParameter].compactMap(\.self)
            }
    }
}
