import APIPipeline
import AWSModels
import AWSWire
import State

/// A condition of ListSecrets: one of the values is what a text of the secret begins with, words in any case for
/// everything but tags; a value behind `!` must not be.
/// Source: Secrets Manager API Reference, Filter.
struct SecretFilter {
    private let key: SecretsManager.FilterNameStringType
    private let values: [String]

    /// - Throws: `InvalidParameterException` for a filter without key or values.
    init(_ filter: SecretsManager.Filter) throws(WireError) {
        guard let key = filter.key, let values = filter.values, !values.isEmpty else {
            throw .invalidParameter("A filter must have a key and at least one value.")
        }
        self.key = key
        self.values = values
    }

    func matches(_ record: SecretRecord) -> Bool {
        values.contains { value in
            value.hasPrefix("!") ? !matches(record, String(value.dropFirst())) : matches(record, value)
        }
    }

    private func matches(_ record: SecretRecord, _ value: String) -> Bool {
        switch key {
        case .name: return record.name.hasPrefix(value)
        case .description: return hasWord(record.description ?? "", value)
        case .tagKey: return record.tags.contains { ($0.key ?? "").hasPrefix(value) }
        case .tagValue: return record.tags.contains { ($0.value ?? "").hasPrefix(value) }
        case .all:
            let tags = record.tags.flatMap { [$0.key, $0.value].compactMap(\.self) }
            return ([record.name, record.description ?? ""] + tags).contains { hasWord($0, value) }
        default: return false
        }
    }

    private func hasWord(_ text: String, _ value: String) -> Bool {
        let prefix = value.lowercased()
        let words = text.lowercased().split { " /_+=.@-".contains($0) }
        return text.lowercased().hasPrefix(prefix) || words.contains { $0.hasPrefix(prefix) }
    }
}
