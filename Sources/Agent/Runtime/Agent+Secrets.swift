import AWSModels
import AWSWire

/// Looks values up for tasks, with the credentials of their execution roles.
extension Agent {
    /// The most names of one request. Source: Systems Manager API Reference, GetParameters.
    private static let namesPerCall = 10
    /// A call without an answer is made again after these times.
    private static let retryPauses: [Duration] = [.seconds(1), .seconds(2)]

    /// - Throws: `SecretFailure` when one of the values cannot be had.
    func find(
        _ lookUps: [SecretLookUp], as credential: Credential
    ) async throws(SecretFailure) -> [SecretLookUp: String] {
        var values = try await findParameters(lookUps.filter { $0.provider == .parameterStore }, credential)
        for lookUp in lookUps where lookUp.provider == .secretsManager {
            values[lookUp] = try await findSecret(lookUp, credential)
        }
        for lookUp in lookUps where lookUp.provider == .objectStorage {
            values[lookUp] = try await findObject(lookUp, credential)
        }
        return values
    }

    /// Source: amazon-ecs-agent, agent/taskresource/envFiles; Developer Guide, stopped task error messages.
    private func findObject(_ lookUp: SecretLookUp, _ credential: Credential) async throws(SecretFailure) -> String {
        let subject = "failed to download env files"
        guard let name = ObjectName(arn: lookUp.valueFrom) else {
            throw SecretFailure(
                "unable to parse bucket and key from s3 ARN specified in environmentFile \(lookUp.valueFrom)",
                subject: subject)
        }
        let context = "unable to download env file with key \(name.key) from bucket \(name.bucket), error: "
        do throws(SecretFailure) {
            let bytes = try await retrying(context) { try await self.objects.read(name, as: credential) }
            return String(decoding: bytes, as: UTF8.self)
        } catch { throw SecretFailure(error.message, subject: subject) }
    }

    private func findParameters(
        _ lookUps: [SecretLookUp], _ credential: Credential
    ) async throws(SecretFailure) -> [SecretLookUp: String] {
        var values: [SecretLookUp: String] = [:]
        let context = "fetching secret data from SSM Parameter Store in \(configuration.region): "
        for start in stride(from: 0, to: lookUps.count, by: Agent.namesPerCall) {
            let names = lookUps[start..<min(start + Agent.namesPerCall, lookUps.count)].map(\.valueFrom)
            let input = SSM.GetParametersRequest(names: names, withDecryption: true)
            let answer = try await look(.ssm, "GetParameters", input, SSM.GetParametersResult.self, credential, context)
            let invalid = answer.invalidParameters ?? []
            guard invalid.isEmpty else {
                throw SecretFailure("\(context)invalid ssm parameters: \(invalid.joined(separator: ","))")
            }
            for parameter in answer.parameters ?? [] {
                let given = [parameter.name, parameter.arn].compactMap { $0.map { $0 + (parameter.selector ?? "") } }
                for name in names where given.contains(name) {
                    values[SecretLookUp(.parameterStore, name)] = parameter.value
                }
            }
            let missing = names.filter { values[SecretLookUp(.parameterStore, $0)] == nil }
            guard missing.isEmpty else {
                throw SecretFailure("\(context)no value for: \(missing.joined(separator: ","))")
            }
        }
        return values
    }

    private func findSecret(_ lookUp: SecretLookUp, _ credential: Credential) async throws(SecretFailure) -> String {
        let reference = SecretReference(lookUp.valueFrom)
        let context = "fetching secret data from AWS Secrets Manager in region \(configuration.region): "
        let input = SecretsManager.GetSecretValueRequest(
            secretId: reference.id, versionId: reference.version, versionStage: reference.stage)
        let answer = try await look(
            .secretsManager, "GetSecretValue", input, SecretsManager.GetSecretValueResponse.self, credential,
            "\(context)secret \(reference.id): ")
        guard let text = answer.secretString else {
            throw SecretFailure("\(context)secret \(reference.id): it is not a text")
        }
        guard let value = reference.value(in: text) else {
            throw SecretFailure(
                "retrieved secret from Secrets Manager did not contain json key \(reference.jsonKey ?? "")")
        }
        return value
    }

    /// Calls an operation. What got no answer is tried again; a refusal is final.
    private func look<Output: Shape>(
        _ service: APIClient.Service, _ operation: String, _ input: some Shape, _ answer: Output.Type,
        _ credential: Credential, _ context: String
    ) async throws(SecretFailure) -> Output {
        try await retrying(context) {
            try await self.api.call(operation, of: service, input, answer: answer, as: credential)
        }
    }

    private func retrying<Output: Sendable>(
        _ context: String, _ call: () async throws -> Output
    ) async throws(SecretFailure) -> Output {
        var pauses = Agent.retryPauses[...]
        while true {
            do {
                return try await call()
            } catch let error as WireError where error.status < 500 {
                throw SecretFailure("\(context)\(error.code): \(error.message)")
            } catch {
                guard let pause = pauses.popFirst() else { throw SecretFailure("\(context)\(error)") }
                do {
                    try await Task.sleep(for: pause)
                } catch {
                    throw SecretFailure("\(context)the agent ended")
                }
            }
        }
    }
}
