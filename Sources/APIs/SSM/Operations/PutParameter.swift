import APIPipeline
import AWSModels
import AWSWire
import State

/// Makes a parameter, or a new version of it.
/// Seam: Policies are refused: nothing here would expire a parameter or tell of it.
/// Source: Systems Manager API Reference, PutParameter.
struct PutParameter: Operation {
    static let model = SSM.Operations.putParameter

    func access(
        _ input: SSM.PutParameterRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission([input.name], tx.snapshot)
    }

    func perform(
        _ input: SSM.PutParameterRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> SSM.PutParameterResult {
        var record = tx.get(ParameterRecord.key(input.name)) ?? ParameterRecord()
        if record.versions.isEmpty {
            try ParameterName.check(input.name)
            guard let type = input.type else {
                throw .validation("A parameter type is required when you create a parameter.")
            }
            record.name = input.name
            record.type = type
            record.tags = try Tags.adding(input.tags ?? [], to: [])
        } else {
            try checkOverwriting(input, record)
        }
        try takeSettings(input, &record)
        try check(input.value, input.allowedPattern, record.tier)
        try addVersion(input, by: call.caller, to: &record, tx.snapshot.vault, &context)
        tx.put(record)
        return SSM.PutParameterResult(version: record.latest.number, tier: record.tier)
    }

    /// Source: Systems Manager User Guide, Parameter Store quotas.
    private static let maximumVersions = 100
    private static let maximumBytes: [SSM.ParameterTier: Int] = [.standard: 4_096, .advanced: 8_192]

    private func checkOverwriting(_ input: SSM.PutParameterRequest, _ record: ParameterRecord) throws(WireError) {
        guard input.overwrite ?? false else {
            throw .parameterAlreadyExists(
                "The parameter already exists. To overwrite this value, set the overwrite option in the request to "
                    + "true."
            )
        }
        guard (input.tags ?? []).isEmpty else {
            throw .validation(
                "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please "
                    + "remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource "
                    + "or RemoveTagsFromResource.")
        }
        guard input.type == nil || input.type == record.type else {
            throw .hierarchyTypeMismatch(
                "Parameter Store does not support changing a parameter type in a hierarchy. Delete the parameter and "
                    + "create a new one of the other type.")
        }
    }

    private func takeSettings(_ input: SSM.PutParameterRequest, _ record: inout ParameterRecord) throws(WireError) {
        guard input.policies?.isEmpty ?? true else {
            throw .invalidPolicyType("Parameter policies are not supported.")
        }
        guard input.keyId == nil || record.type == .secureString else {
            throw .validation("KeyId is required for SecureString type parameter only.")
        }
        if record.type == .secureString { record.keyID = input.keyId ?? record.keyID ?? "alias/aws/ssm" }
        record.dataType = input.dataType ?? record.dataType
        guard ["text", "aws:ec2:image"].contains(record.dataType) else {
            throw .validation(
                "The following data type is not supported: \(record.dataType) (Data type names are all lowercase.)")
        }
        let isLarge = input.value.utf8.count > 4_096
        switch input.tier {
        case .intelligentTiering?: record.tier = isLarge || record.tier == .advanced ? .advanced : .standard
        case .standard? where record.tier == .advanced:
            throw .validation(
                "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
                    + "advanced-parameter tier to the standard-parameter tier.")
        case let tier?: record.tier = tier
        case nil: break
        }
    }

    private func check(
        _ value: String, _ pattern: String?, _ tier: SSM.ParameterTier
    ) throws(WireError) {
        guard !value.isEmpty else { throw .validation("The parameter value must not be empty.") }
        let most = PutParameter.maximumBytes[tier] ?? 4_096
        guard value.utf8.count <= most else {
            let hint =
                tier == .standard
                ? " To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier." : ""
            throw .validation(
                "\(tier.rawValue) tier parameters support a maximum parameter value of \(most) characters.\(hint)")
        }
        guard let pattern else { return }
        let expression: LinearPattern
        do throws(LinearPatternError) {
            expression = try LinearPattern(pattern)
        } catch {
            throw .invalidAllowedPattern("The allowedPattern \(pattern) is not valid: \(error.message)")
        }
        guard expression.matches(value) else {
            throw .parameterPatternMismatch("Parameter value, cannot be validated against allowedPattern: \(pattern)")
        }
    }

    /// The oldest version goes when there are too many, unless somebody has given it a label.
    private func addVersion(
        _ input: SSM.PutParameterRequest, by caller: Caller, to record: inout ParameterRecord, _ vault: Vault,
        _ context: inout DecisionContext
    ) throws(WireError) {
        var version = ParameterVersion()
        version.number = (record.versions.last?.number ?? 0) + 1
        version.sealedValue = vault.seal(
            Array(input.value.utf8), for: record.vaultName(version.number), &context.random)
        version.description = input.description ?? record.versions.last?.description
        version.allowedPattern = input.allowedPattern ?? record.versions.last?.allowedPattern
        version.modifiedAt = context.now
        version.modifiedBy = caller.arn
        if record.versions.count >= PutParameter.maximumVersions {
            guard record.versions[0].labels.isEmpty else {
                throw .parameterMaxVersionLimitExceeded(
                    "You attempted to create a new version of \(record.name) by calling the PutParameter API with the "
                        + "overwrite flag. Version \(record.versions[0].number), the oldest version, can't be deleted "
                        + "because it has a label associated with it. Move the label to another version of the "
                        + "parameter, and try again.")
            }
            record.versions.removeFirst()
        }
        record.versions.append(version)
    }
}
