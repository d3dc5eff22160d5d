import AWSModels
import AWSWire
import State

/// The tags of a resource.
/// Source: Elastic Load Balancing API Reference, AddTags; AWS General Reference, Tagging.
enum Tags {
    private static let maximumCount = 50

    /// Checks tags that a request holds.
    /// - Throws: `DuplicateTagKeys`, `TooManyTags`, or `ValidationError` for a reserved key.
    static func checked(_ tags: [ELB.Tag]?) throws(WireError) -> [ELB.Tag] {
        let tags = tags ?? []
        guard Set(tags.map(\.key)).count == tags.count else {
            throw .duplicateTagKeys("A tag key was specified more than once.")
        }
        guard !tags.contains(where: { $0.key.lowercased().hasPrefix("aws:") }) else {
            throw .validationError("Tag keys beginning with 'aws:' are reserved for system use")
        }
        guard tags.count <= maximumCount else { throw tooMany }
        return tags.map { ELB.Tag(key: $0.key, value: $0.value ?? "") }
    }

    /// The tags after some were added: a key that is there gets the new value.
    static func adding(_ new: [ELB.Tag], to old: [ELB.Tag]) throws(WireError) -> [ELB.Tag] {
        var tags = old
        for tag in new {
            if let position = tags.firstIndex(where: { $0.key == tag.key }) {
                tags[position] = tag
            } else {
                tags.append(tag)
            }
        }
        guard tags.count <= maximumCount else { throw tooMany }
        return tags
    }

    private static var tooMany: WireError {
        .tooManyTags("The limit on the number of tags per resource has been reached")
    }
}

/// A resource that may have tags.
enum TaggedResource {
    case loadBalancer(LoadBalancerRecord)
    case targetGroup(TargetGroupRecord)
    case listener(ListenerRecord)
    case rule(ListenerRuleRecord)
    case defaultRule(ListenerRecord)
    case trustStore(TrustStoreRecord)

    /// Finds the resource of an ARN.
    /// - Throws: the kind's error when it is not there, `ValidationError` for other ARNs.
    init(_ arn: String, _ snapshot: Snapshot) throws(WireError) {
        switch ARN(arn).flatMap({ $0.resource.split(separator: "/").first }) {
        case "loadbalancer": self = .loadBalancer(try snapshot.loadBalancer(arn: arn))
        case "targetgroup": self = .targetGroup(try snapshot.targetGroup(arn: arn))
        case "listener": self = .listener(try snapshot.listener(arn: arn))
        case "listener-rule":
            switch try snapshot.rule(arn: arn) {
            case .own(let record): self = .rule(record)
            case .isDefault(let listener): self = .defaultRule(listener)
            }
        case "truststore": self = .trustStore(try snapshot.trustStore(arn: arn))
        default: throw .validationError("'\(arn)' is not a valid resource ARN")
        }
    }

    var tags: [ELB.Tag] {
        switch self {
        case .loadBalancer(let record): record.tags
        case .targetGroup(let record): record.tags
        case .listener(let record): record.tags
        case .rule(let record): record.tags
        case .defaultRule(let record): record.defaultRuleTags
        case .trustStore(let record): record.tags
        }
    }

    /// Stores the resource with other tags.
    func store(_ tags: [ELB.Tag], in tx: inout Transaction) {
        switch self {
        case .loadBalancer(let record): tx.update(record.key) { $0.tags = tags }
        case .targetGroup(let record): tx.update(record.key) { $0.tags = tags }
        case .listener(let record): tx.update(record.key) { $0.tags = tags }
        case .rule(let record): tx.update(record.key) { $0.tags = tags }
        case .defaultRule(let record): tx.update(record.key) { $0.defaultRuleTags = tags }
        case .trustStore(let record): tx.update(record.key) { $0.tags = tags }
        }
    }
}
