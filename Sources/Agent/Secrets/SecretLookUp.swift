import AWSWire
import NodeLink

/// A text that containers need before they are created, from Parameter Store, Secrets Manager or S3.
package struct SecretLookUp: Hashable, Comparable, Sendable {
    package enum Provider: String, Sendable {
        case parameterStore = "ssm"
        case secretsManager = "asm"
        /// An environment file, named by its object's ARN.
        case objectStorage = "s3"
    }

    package var provider: Provider
    /// What the task definition says: a name or an ARN; behind a secret's ARN perhaps `:json-key:stage:version`.
    package var valueFrom: String

    package init(_ provider: Provider, _ valueFrom: String) {
        self.provider = provider
        self.valueFrom = valueFrom
    }

    package static func < (left: SecretLookUp, right: SecretLookUp) -> Bool {
        (left.provider.rawValue, left.valueFrom) < (right.provider.rawValue, right.valueFrom)
    }
}

extension ACS.Secret {
    /// Nil for what this agent does not know.
    var lookUp: SecretLookUp? {
        guard let valueFrom, let provider = SecretLookUp.Provider(rawValue: provider ?? ""),
            provider != .objectStorage
        else { return nil }
        return SecretLookUp(provider, valueFrom)
    }
}

extension ACS.Container {
    /// Where the credentials for its image's registry are kept; nil when it needs none.
    var registryLookUp: SecretLookUp? {
        guard registryAuthentication?.type == "asm" else { return nil }
        return registryAuthentication?.asmAuthData?.credentialsParameter.map { SecretLookUp(.secretsManager, $0) }
    }
}

extension ACS.Task {
    /// What all containers need, each once, in order.
    var lookUps: [SecretLookUp] {
        let files = (containers ?? []).flatMap(\.fileLookUps)
        let values = (containers ?? []).flatMap { $0.secrets ?? [] }.compactMap(\.lookUp)
        return Set(values + registryLookUps + files).sorted()
    }

    /// Where the credentials for the images' registries are kept.
    var registryLookUps: [SecretLookUp] { (containers ?? []).compactMap(\.registryLookUp) }
}

/// Which secret, which version of it, and what of it.
/// Source: Amazon ECS Developer Guide, "Pass Secrets Manager secrets through Amazon ECS environment variables":
/// `arn:aws:secretsmanager:region:account:secret:name:json-key:version-stage:version-id`.
struct SecretReference: Equatable {
    var id: String
    /// A member of the JSON object that the secret is; nil for the whole text.
    var jsonKey: String?
    var stage: String?
    var version: String?

    init(_ valueFrom: String) {
        let parts = valueFrom.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        func part(_ index: Int) -> String? { index < parts.count && !parts[index].isEmpty ? parts[index] : nil }
        let isARN = parts.first == "arn" && parts.count > 7
        id = isARN ? parts[..<7].joined(separator: ":") : valueFrom
        jsonKey = isARN ? part(7) : nil
        stage = isARN ? part(8) : nil
        version = isARN ? part(9) : nil
    }

    /// What of a secret's text is meant.
    /// - Returns: nil when the text is no JSON object or has no such member.
    func value(in text: String) -> String? {
        guard let jsonKey else { return text }
        guard let member = (try? JSONValue.parse(text))?[jsonKey] else { return nil }
        return member.stringValue ?? String(decoding: member.encode(), as: UTF8.self)
    }
}

/// Why a task does not get its secrets.
package struct SecretFailure: Error, Sendable, Equatable {
    /// Holds names, never values.
    package var message: String
    /// What was not to be had. Source: Amazon ECS Developer Guide, stopped task error messages:
    /// ResourceInitializationError.
    var subject: String

    package init(_ message: String, subject: String = "unable to pull secrets or registry auth") {
        self.message = message
        self.subject = subject
    }

    /// What the task is reported with.
    var reason: String { "ResourceInitializationError: \(subject): \(message)" }
}
