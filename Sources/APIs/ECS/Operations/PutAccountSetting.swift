import APIPipeline
import AWSModels
import AWSWire
import State

/// Sets an account setting for the caller, or for the principal the root user names. The root user's own settings are
/// the account's defaults.
/// Source: Amazon ECS API Reference, PutAccountSetting.
/// Seam: settings of Fargate, trunking, log drivers and GuardDuty are kept without effect.
struct PutAccountSetting: Operation {
    static let model = ECS.Operations.putAccountSetting

    func access(
        _ input: ECS.PutAccountSettingRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:PutAccountSetting", "*")]
    }

    func perform(
        _ input: ECS.PutAccountSettingRequest, _ call: Call, _ tx: inout Transaction, _ context: inout DecisionContext
    ) throws(WireError) -> ECS.PutAccountSettingResponse {
        let principal = try AccountSettings.principal(input.principalArn, call.caller, tx.realm)
        guard input.name != .fargateTaskRetirementWaitPeriod || principal == tx.realm.root else {
            throw .invalidParameter(
                "The account setting fargateTaskRetirementWaitPeriod can only be set for the root user.")
        }
        return ECS.PutAccountSettingResponse(
            setting: try AccountSettings.put(input.name, input.value, for: principal, &tx))
    }
}
