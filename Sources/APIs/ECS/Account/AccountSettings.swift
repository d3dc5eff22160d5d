import APIPipeline
import AWSModels
import AWSWire
import State

/// What the account settings are, and whose they are.
/// Source: Amazon ECS API Reference, PutAccountSetting; Developer Guide, Access Amazon ECS features with account
/// settings.
///
/// `containerInsights` and `tagResourceAuthorization` act. `awsvpcTrunking` is to act where network interfaces are
/// counted, `defaultLogDriverMode` where the agent is told a container's log configuration, the `fargate…` ones where
/// Fargate's capacity is replaced.
enum AccountSettings {
    /// The settings that could be switched off once.
    private static let longARNs: Set<ECS.SettingName> = [
        .serviceLongArnFormat, .taskLongArnFormat, .containerInstanceLongArnFormat,
    ]

    /// The values a setting can have; the first is the one it has when nobody sets it.
    static func values(of name: ECS.SettingName) -> [String] {
        switch name {
        case .serviceLongArnFormat, .taskLongArnFormat, .containerInstanceLongArnFormat: ["enabled", "disabled"]
        case .awsvpcTrunking, .fargateFIPSMode, .fargateEventWindows: ["disabled", "enabled"]
        case .containerInsights: ["disabled", "enabled", "enhanced"]
        case .tagResourceAuthorization: ["on", "off"]
        case .fargateTaskRetirementWaitPeriod: ["7", "0", "14"]
        case .guardDutyActivate: ["off", "on"]
        case .defaultLogDriverMode: ["non-blocking", "blocking"]
        }
    }

    /// Whether only Amazon changes it.
    static func isManaged(_ name: ECS.SettingName) -> Bool { name == .guardDutyActivate }

    /// Checks a value that is to be set.
    /// - Throws: `InvalidParameterException` for a value the setting cannot have, and for a setting of Amazon's.
    static func check(_ name: ECS.SettingName, _ value: String) throws(WireError) {
        guard !isManaged(name) else {
            throw .invalidParameter("The account setting \(name.rawValue) is managed by AWS and cannot be changed.")
        }
        guard values(of: name).contains(value) else {
            throw .invalidParameter(
                "Invalid value '\(value)' for the account setting \(name.rawValue): it must be one of "
                    + values(of: name).sorted().joined(separator: ", ") + ".")
        }
        // Observed: these words.
        guard !longARNs.contains(name) || value == "enabled" else {
            throw .invalidParameter("You can no longer disable Long Arn settings")
        }
    }

    /// The principal that a request is about: the one it names, or its caller.
    /// - Throws: `InvalidParameterException` for what is no principal of the account, `AccessDeniedException` when the
    ///   caller is neither that principal nor the root user.
    static func principal(_ arn: String?, _ caller: Caller, _ realm: Realm) throws(WireError) -> String {
        let own = ownPrincipal(of: caller, realm)
        guard let arn, !arn.isEmpty else { return own }
        guard let parsed = ARN(arn), parsed.service == "iam", parsed.account == realm.account,
            ["root", "user/", "role/"].contains(where: { parsed.resource.hasPrefix($0) })
        else { throw .invalidParameter("Invalid principal ARN: \(arn). It must be a user, a role or the root user.") }
        guard arn == own || caller.arn == realm.root else {
            throw .accessDenied("You must be the root user or the principal \(arn) to use its account settings.")
        }
        return arn
    }

    /// A session of a role has the role's settings.
    private static func ownPrincipal(of caller: Caller, _ realm: Realm) -> String {
        guard let arn = ARN(caller.arn), arn.service == "sts", arn.resource.hasPrefix("assumed-role/") else {
            return caller.arn
        }
        let role = arn.resource.split(separator: "/").dropFirst().first ?? ""
        return realm.role(String(role))
    }

    /// The setting that counts for a principal: its own, else the account's default, else what nobody set.
    static func effective(_ name: ECS.SettingName, for principal: String, in snapshot: Snapshot) -> ECS.Setting {
        for owner in [principal, snapshot.realm.root] {
            if let record = snapshot.get(AccountSettingRecord.key(owner, name.rawValue)) {
                return setting(name, record.value, owner)
            }
        }
        return setting(name, values(of: name)[0], snapshot.realm.root)
    }

    /// The value that counts for whoever calls.
    static func value(_ name: ECS.SettingName, for caller: Caller, in snapshot: Snapshot) -> String {
        effective(name, for: ownPrincipal(of: caller, snapshot.realm), in: snapshot).value ?? ""
    }

    /// A setting as the API shows it.
    static func setting(_ name: ECS.SettingName, _ value: String, _ principal: String) -> ECS.Setting {
        ECS.Setting(name: name, value: value, principalArn: principal, type: isManaged(name) ? .awsManaged : .user)
    }

    /// Sets a value.
    static func put(
        _ name: ECS.SettingName, _ value: String, for principal: String, _ tx: inout Transaction
    ) throws(WireError) -> ECS.Setting {
        try check(name, value)
        var record = AccountSettingRecord()
        record.principal = principal
        record.name = name.rawValue
        record.value = value
        if tx.get(record.key) != record { tx.put(record) }
        return setting(name, value, principal)
    }
}
