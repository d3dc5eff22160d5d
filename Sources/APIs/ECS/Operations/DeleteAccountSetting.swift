import APIPipeline
import AWSModels
import AWSWire
import State

/// Takes an account setting of a principal away; the answer is what counts for it then.
/// Source: Amazon ECS API Reference, DeleteAccountSetting.
struct DeleteAccountSetting: Operation {
    static let model = ECS.Operations.deleteAccountSetting

    func access(
        _ input: ECS.DeleteAccountSettingRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:DeleteAccountSetting", "*")]
    }

    func perform(
        _ input: ECS.DeleteAccountSettingRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.DeleteAccountSettingResponse {
        let principal = try AccountSettings.principal(input.principalArn, call.caller, tx.realm)
        tx.delete(AccountSettingRecord.key(principal, input.name.rawValue))
        let left = AccountSettings.effective(input.name, for: principal, in: tx.snapshot)
        return ECS.DeleteAccountSettingResponse(
            setting: AccountSettings.setting(input.name, left.value ?? "", principal))
    }
}
