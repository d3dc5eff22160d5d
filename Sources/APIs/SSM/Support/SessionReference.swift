import APIPipeline
import AWSModels
import AWSWire
import State

extension Transaction {
    /// A session by its id.
    /// - Throws: `DoesNotExistException` when there is none, or it was forgotten.
    func session(_ id: String) throws(WireError) -> ExecuteSessionRecord {
        guard let record = get(ExecuteSessionRecord.key(id)) else {
            throw .doesNotExist("Session \(id) does not exist.")
        }
        return record
    }
}

extension ExecuteSessionRecord {
    /// A session belongs to who asked for it, and to the account's root user.
    /// - Throws: `AccessDeniedException` for anybody else, whatever policies say.
    func check(_ caller: Caller, _ action: String, _ realm: Realm) throws(WireError) {
        guard caller.arn != owner, caller.arn != realm.root else { return }
        throw .accessDenied(
            "User: \(caller.arn) is not authorized to perform: \(action) on resource: \(realm.session(id))")
    }
}

extension Realm {
    /// The ARN of a session.
    func session(_ id: String) -> String { "arn:\(partition):ssm:\(region):\(account):session/\(id)" }
}
