import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists the settings of a principal: those it has of its own, or with `effectiveSettings` all that count for it.
/// Source: Amazon ECS API Reference, ListAccountSettings.
struct ListAccountSettings: ReadOperation {
    static let model = ECS.Operations.listAccountSettings
    static let pageSize = 10

    func access(
        _ input: ECS.ListAccountSettingsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListAccountSettings", "*")]
    }

    func read(
        _ input: ECS.ListAccountSettingsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListAccountSettingsResponse {
        guard input.value == nil || input.name != nil else {
            throw .invalidParameter("To filter by value, the name of the account setting must be specified, too.")
        }
        let principal = try AccountSettings.principal(input.principalArn, call.caller, snapshot.realm)
        let paging = try Paging(
            token: input.nextToken, maxResults: input.maxResults, defaultLimit: ListAccountSettings.pageSize,
            maximum: ListAccountSettings.pageSize)
        let all = input.effectiveSettings ?? false ? effective(principal, snapshot) : own(principal, snapshot)
        let matching = all.filter { setting in
            (input.name == nil || setting.name == input.name) && (input.value == nil || setting.value == input.value)
        }
        let (page, token) = paging.page { after, body in
            for setting in matching {
                let key = setting.name?.rawValue ?? ""
                guard after.map({ $0 < key }) ?? true else { continue }
                guard body(key, setting) else { return }
            }
        }
        return ECS.ListAccountSettingsResponse(settings: page, nextToken: token)
    }

    private func own(_ principal: String, _ snapshot: Snapshot) -> [ECS.Setting] {
        snapshot.list(AccountSettingRecord.self, prefix: AccountSettingRecord.prefix(principal)).compactMap { record in
            ECS.SettingName(rawValue: record.name).map { AccountSettings.setting($0, record.value, principal) }
        }
    }

    private func effective(_ principal: String, _ snapshot: Snapshot) -> [ECS.Setting] {
        ECS.SettingName.allCases.sorted { $0.rawValue < $1.rawValue }.map { name in
            AccountSettings.effective(name, for: principal, in: snapshot)
        }
    }
}
