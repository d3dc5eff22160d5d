import AWSWire

/// Which account and region this is: what every ARN begins with.
package struct Realm: Sendable, Equatable {
    /// `aws`.
    package let partition: String
    /// For example `us-east-1`.
    package let region: String
    /// Twelve digits.
    package let account: String
    /// The ARN of the account's root user.
    package let root: String
    /// What the ARN of every ECS resource begins with. Answers are full of ARNs, so it is put together once.
    private let ecsPrefix: String

    package init(account: String, region: String, partition: String = "aws") {
        self.partition = partition
        self.region = region
        self.account = account
        root = "arn:\(partition):iam::\(account):root"
        ecsPrefix = "arn:\(partition):ecs:\(region):\(account):"
    }

    /// The ARN of an ECS resource.
    /// - Parameter resource: what follows the account, for example `cluster/default`.
    package func ecs(_ resource: String) -> String { ecsPrefix + resource }
}
