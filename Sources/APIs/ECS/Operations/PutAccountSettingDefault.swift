import APIPipeline
import AWSModels
import AWSWire
import State

/// Sets an account setting for everybody who has none of their own.
/// Source: Amazon ECS API Reference, PutAccountSettingDefault.
struct PutAccountSettingDefault: Operation {
    static let model = ECS.Operations.putAccountSettingDefault

    func access(
        _ input: ECS.PutAccountSettingDefaultRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:PutAccountSettingDefault", "*")]
    }

    func perform(
        _ input: ECS.PutAccountSettingDefaultRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.PutAccountSettingDefaultResponse {
        ECS.PutAccountSettingDefaultResponse(
            setting: try AccountSettings.put(input.name, input.value, for: tx.realm.root, &tx))
    }
}
