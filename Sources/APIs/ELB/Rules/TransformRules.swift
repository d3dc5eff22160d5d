import AWSModels
import AWSWire

/// How a rule may rewrite requests.
/// Source: Elastic Load Balancing API Reference, RuleTransform; CreateRule (one host header and one URL rewrite).
enum TransformRules {
    private static let maximumLength = 1_024

    static func checked(_ transforms: [ELB.RuleTransform]) throws(WireError) -> [ELB.RuleTransform] {
        guard Set(transforms.map(\.type)).count == transforms.count else {
            throw .validationError("A rule can have only one transform of each type")
        }
        for transform in transforms { try check(transform) }
        return transforms
    }

    private static func check(_ transform: ELB.RuleTransform) throws(WireError) {
        let isHost = transform.type == .hostHeaderRewrite
        guard (transform.urlRewriteConfig == nil) == isHost, (transform.hostHeaderRewriteConfig != nil) == isHost else {
            throw .validationError("A transform must have the config of its type '\(transform.type.rawValue)'")
        }
        let rewrites =
            (isHost ? transform.hostHeaderRewriteConfig?.rewrites : transform.urlRewriteConfig?.rewrites) ?? []
        guard rewrites.count == 1 else { throw .validationError("A transform must have exactly one rewrite") }
        for rewrite in rewrites {
            guard (1...maximumLength).contains(rewrite.regex.count), RegularExpressions.isValid(rewrite.regex) else {
                throw .validationError("The regular expression '\(rewrite.regex)' of a transform is not valid")
            }
            let isPrintable = rewrite.replace.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
            guard rewrite.replace.count <= maximumLength, isPrintable else {
                throw .validationError("The replacement '\(rewrite.replace)' of a transform is not valid")
            }
        }
    }
}
