/// Where tasks of AWS Fargate will get their capacity. This region has none yet: a deployment of the launch type
/// FARGATE starts no tasks and says why. What comes to run them takes the place of this refusal.
/// See docs/decisions/0006-express-services-without-fargate.md.
package enum FargateCapacity {
    /// What a service says that finds no capacity, in ECS's words.
    /// Source: Amazon ECS Developer Guide, Service event messages.
    package static let refusal =
        "was unable to place a task. Reason: Capacity is unavailable at this time. Please try again later or in a "
        + "different availability zone."
}
