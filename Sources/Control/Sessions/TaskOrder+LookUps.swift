import AWSModels
import AWSWire
import NodeLink
import State

/// What an agent looks up elsewhere before it starts a container: secrets, registries, files, and what logs need.
/// Source: amazon-ecs-agent, ecs-agent/acs/model, and agent/api/container.
extension ACS.Container {
    mutating func takeLookUps(
        _ container: ECS.ContainerDefinition, of task: TaskRecord, _ definition: ECS.TaskDefinition, _ realm: Realm
    ) {
        let logSecrets = container.logConfiguration?.secretOptions ?? []
        let all =
            (container.secrets ?? []).map { ACS.Secret($0, for: "CONTAINER", realm) }
            + logSecrets.map { ACS.Secret($0, for: "LOG_DRIVER", realm) }
        secrets = all.isEmpty ? nil : all
        environmentFiles = container.environmentFiles?.map {
            ACS.EnvironmentFile(value: $0.value, type: $0.type.rawValue)
        }
        registryAuthentication = container.repositoryCredentials.map { credentials in
            ACS.RegistryAuthentication(
                type: "asm",
                asmAuthData: ACS.ASMAuthData(
                    credentialsParameter: credentials.credentialsParameter,
                    region: regionNamed(in: credentials.credentialsParameter, realm)))
        }
        firelensConfiguration = container.firelensConfiguration.map {
            ACS.FirelensConfiguration(type: $0.type.rawValue, options: $0.options)
        }
        let hasExecutionRole = (task.overrides?.executionRoleArn ?? definition.executionRoleArn) != nil
        if hasExecutionRole, container.logConfiguration?.logDriver == .awslogs { logsAuthStrategy = "ExecutionRole" }
        managedAgents = task.enableExecuteCommand ? [ACS.ManagedAgent(name: "ExecuteCommandAgent")] : nil
    }
}

extension ACS.Secret {
    /// - Parameter target: who gets it: `CONTAINER` or `LOG_DRIVER`.
    fileprivate init(_ secret: ECS.Secret, for target: String, _ realm: Realm) {
        self.init(
            name: secret.name, valueFrom: secret.valueFrom,
            provider: ARN(secret.valueFrom)?.service == "secretsmanager" ? "asm" : "ssm",
            region: regionNamed(in: secret.valueFrom, realm), type: "ENVIRONMENT_VARIABLE", target: target)
    }
}

extension ACS.EFSVolume {
    init(_ volume: ECS.EFSVolumeConfiguration) {
        self.init(
            fileSystemId: volume.fileSystemId, rootDirectory: volume.rootDirectory,
            transitEncryption: volume.transitEncryption?.rawValue,
            transitEncryptionPort: volume.transitEncryptionPort,
            authorizationConfig: volume.authorizationConfig.map {
                ACS.EFSAuthorization(accessPointId: $0.accessPointId, iam: $0.iam?.rawValue)
            })
    }
}

extension ACS.FSxVolume {
    init(_ volume: ECS.FSxWindowsFileServerVolumeConfiguration) {
        self.init(
            fileSystemId: volume.fileSystemId, rootDirectory: volume.rootDirectory,
            authorizationConfig: ACS.FSxAuthorization(
                credentialsParameter: volume.authorizationConfig.credentialsParameter,
                domain: volume.authorizationConfig.domain))
    }
}

/// The region an ARN names; the realm's for a plain name.
private func regionNamed(in name: String, _ realm: Realm) -> String {
    ARN(name).flatMap { $0.region.isEmpty ? nil : $0.region } ?? realm.region
}
