/// One way in which a request breaks its schema.
package struct Violation: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// The bytes have another form: no JSON, or a value of another type. Nothing after it was looked at.
        case form
        /// A value breaks a constraint.
        case constraint
    }

    package let kind: Kind
    /// The place, as AWS writes it: `tags.1.member.key`; empty for the whole document.
    package let path: String
    /// The violation in AWS's words.
    package let message: String

    /// The rule that what must be there is there.
    static let presence = "Member must not be null"

    /// The same with the first letter of each name of the path in lower case.
    fileprivate var inLowerCase: Violation {
        let lower = path.split(separator: ".").map { $0.prefix(1).lowercased() + $0.dropFirst() }.joined(separator: ".")
        return Violation(
            kind: kind, path: lower, message: message.replacing("at '\(path)' failed", with: "at '\(lower)' failed"))
    }

    /// A value of another form than the schema says.
    static func form(_ path: String, _ message: String) -> Violation {
        Violation(kind: .form, path: path, message: message)
    }

    /// A value that breaks a constraint.
    /// - Parameters:
    ///   - value: the value as AWS shows it, in quotes; nil for an absent one.
    ///   - rule: what it had to satisfy, for example `Member must not be null`.
    static func constraint(_ path: String, value: String?, _ rule: String) -> Violation {
        let shown = value.map { "'\($0)'" } ?? "null"
        return Violation(
            kind: .constraint, path: path,
            message: "Value \(shown) at '\(path)' failed to satisfy constraint: \(rule)")
    }
}

extension WireError {
    /// The error for what a validation found.
    /// - Parameters:
    ///   - violations: at least one.
    ///   - code: the API's validation error.
    package static func violations(_ violations: [Violation], code: String) -> WireError {
        if let form = violations.first(where: { $0.kind == .form }) { return .serialization(form.message) }
        let count = violations.count == 1 ? "1 validation error" : "\(violations.count) validation errors"
        let messages = violations.map(\.message).joined(separator: "; ")
        return WireError(code: code, message: "\(count) detected: \(messages)")
    }

    /// The error for what a validation found, in the words of an API.
    ///
    /// Query APIs show names of members in lower case (observed: `userName` for IAM, `healthCheckIntervalSeconds` for
    /// Elastic Load Balancing). EC2 has a code of its own for what is missing.
    /// Source: Amazon EC2 API Reference, Error codes (MissingParameter).
    static func violations(_ violations: [Violation], _ api: APIModel) -> WireError {
        if api.protocol == .query {
            return self.violations(violations.map(\.inLowerCase), code: api.validationErrorCode)
        }
        let missing = violations.first { $0.message.hasSuffix(Violation.presence) }
        guard api.protocol == .ec2Query, let missing, !violations.contains(where: { $0.kind == .form }) else {
            return self.violations(violations, code: api.validationErrorCode)
        }
        return WireError(code: "MissingParameter", message: "The request must contain the parameter \(missing.path)")
    }
}
