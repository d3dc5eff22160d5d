import AWSModels
import AWSWire

/// Tags given at the creation of a resource.
enum TagRules {
    /// The tags for a resource type.
    /// - Throws: for another type, a repeated or an empty key, a reserved one, or more than 50.
    /// Source: Amazon EC2 User Guide, Tag restrictions.
    static func checked(_ specifications: [EC2.TagSpecification]?, for type: String) throws(WireError) -> [EC2.Tag] {
        var tags: [EC2.Tag] = []
        for specification in specifications ?? [] {
            guard specification.resourceType == type else {
                throw .invalidParameterValue(
                    "'\(specification.resourceType ?? "")' is not a valid taggable resource type for this operation.")
            }
            tags += specification.tags ?? []
        }
        for tag in tags {
            let (key, value) = (tag.key ?? "", tag.value ?? "")
            guard (1...128).contains(key.count) else {
                throw .invalidParameterValue("Tag keys must have 1 to 128 characters.")
            }
            guard value.count <= 256 else {
                throw .invalidParameterValue("Tag value exceeds the maximum length of 256 characters")
            }
            guard !key.hasPrefix("aws:") else {
                throw .invalidParameterValue("Tag keys starting with 'aws:' are reserved for internal use")
            }
        }
        guard Set(tags.map { $0.key ?? "" }).count == tags.count else {
            throw .invalidParameterValue("Duplicate tag keys are not allowed.")
        }
        guard tags.count <= 50 else {
            throw WireError(code: "TagLimitExceeded", message: "The maximum number of tags for a resource is 50.")
        }
        return tags.map { EC2.Tag(key: $0.key, value: $0.value ?? "") }
    }
}
