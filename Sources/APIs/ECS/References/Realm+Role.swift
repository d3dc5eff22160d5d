import State

extension Realm {
    /// The ARN of a role that is given by its ARN or by its name, perhaps with a path.
    func role(_ text: String) -> String {
        text.hasPrefix("arn:") ? text : "arn:\(partition):iam::\(account):role/\(text)"
    }
}
