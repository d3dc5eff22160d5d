import APIPipeline
import AWSModels
import State

/// What creating a resource with tags needs beside the permission to create it: to tag it, unless the account setting
/// `tagResourceAuthorization` is off.
/// Source: Amazon ECS Developer Guide, Grant permission to tag resources on creation.
/// - Parameter resource: the ARN of what is created, with `*` for what is not known yet.
func taggingAccess(
    _ tags: [ECS.Tag]?, _ resource: String, _ call: Call, _ tx: Transaction
) -> [AccessRequest] {
    guard let tags, !tags.isEmpty else { return [] }
    let isOn = AccountSettings.value(.tagResourceAuthorization, for: call.caller, in: tx.snapshot) == "on"
    return isOn ? [AccessRequest("ecs:TagResource", resource)] : []
}
