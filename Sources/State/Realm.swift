import AWSWire

/// Which account and region this is: what every ARN begins with.
package struct Realm: Sendable, Equatable {
    /// `aws`.
    package var partition: String
    /// For example `us-east-1`.
    package var region: String
    /// Twelve digits.
    package var account: String

    package init(account: String, region: String, partition: String = "aws") {
        self.partition = partition
        self.region = region
        self.account = account
    }

    /// The ARN of an ECS resource.
    /// - Parameter resource: what follows the account, for example `cluster/default`.
    package func ecs(_ resource: String) -> String {
        "arn:\(partition):ecs:\(region):\(account):\(resource)"
    }

    /// The ARN of the account's root user.
    package var root: String { "arn:\(partition):iam::\(account):root" }
}
