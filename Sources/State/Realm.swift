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

    /// The ARN of a resource of another API of the region.
    /// - Parameters:
    ///   - service: for example `elasticloadbalancing`.
    ///   - resource: what follows the account, for example `targetgroup/web/0123456789abcdef`.
    package func arn(_ service: String, _ resource: String) -> String {
        "arn:\(partition):\(service):\(region):\(account):\(resource)"
    }

    /// What follows the kind in the ARN of a resource of Elastic Load Balancing of this realm.
    /// - Parameters:
    ///   - kind: for example `listener`.
    ///   - components: how many names, joined with `/`, follow the kind.
    /// - Returns: for example `app/web/0123456789abcdef/0123456789abcdef`; nil for any other ARN.
    func elasticLoadBalancingPath(_ arn: String, _ kind: String, components: Int) -> String? {
        let prefix = self.arn("elasticloadbalancing", kind + "/")
        guard arn.hasPrefix(prefix) else { return nil }
        let path = arn.dropFirst(prefix.count)
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == components, !parts.contains(where: \.isEmpty) else { return nil }
        return String(path)
    }
}
