import AWSModels
import AWSWire

extension ARN {
    /// Whether `text` is the ARN of a resource of another API.
    /// - Parameters:
    ///   - service: the API, for example `iam`.
    ///   - kinds: what the resource may begin with, for example `role/`.
    static func isARN(_ text: String?, _ service: String, _ kinds: String...) -> Bool {
        guard let arn = text.flatMap({ ARN($0) }), arn.service == service else { return false }
        return kinds.contains { arn.resource.hasPrefix($0) && arn.resource.utf8.count > $0.utf8.count }
    }

    /// Checks the ARN of an IAM role.
    /// - Parameter member: the member that holds it, for the message.
    static func checkRole(_ text: String?, _ member: String) throws(WireError) {
        guard isARN(text, "iam", "role/") else {
            throw .invalidParameter("\(member) must be the ARN of an IAM role.")
        }
    }
}
