import AWSModels

/// The failures that describing calls report beside what they found.
/// Source: Amazon ECS Developer Guide, API failure reasons.
func missing(_ arn: String) -> ECS.Failure { ECS.Failure(arn: arn, reason: "MISSING") }
