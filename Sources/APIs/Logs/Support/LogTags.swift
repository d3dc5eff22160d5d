import AWSModels
import AWSWire
import State

/// The tags of a log group.
/// Source: CloudWatch Logs API Reference, TagResource: 50 tags.
enum LogTags {
    private static let maximumCount = 50

    static func adding(_ new: [String: String], to group: inout LogGroupRecord) throws(WireError) {
        for (key, value) in new.sorted(by: { $0.key < $1.key }) {
            group.tags.removeAll { $0.key == key }
            group.tags.append(ECS.Tag(key: key, value: value))
        }
        guard group.tags.count <= maximumCount else {
            throw .logsTooManyTags(
                "The number of tags exceeds the limit of \(maximumCount).", resourceName: group.name)
        }
    }

    static func values(_ group: LogGroupRecord) -> [String: String] {
        Dictionary(group.tags.compactMap { tag in tag.key.map { ($0, tag.value ?? "") } }) { $1 }
    }

    /// The group that an ARN names.
    /// - Throws: `ResourceNotFoundException` also for ARNs of other things: only groups can be tagged here.
    static func group(_ arn: String, _ snapshot: Snapshot) throws(WireError) -> LogGroupRecord {
        try snapshot.logGroup(GroupReference.name(arn, snapshot.realm))
    }
}
