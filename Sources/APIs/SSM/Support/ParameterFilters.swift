import APIPipeline
import AWSModels
import AWSWire
import State

/// The conditions of DescribeParameters and GetParametersByPath. All must hold.
/// Source: Systems Manager API Reference, ParameterStringFilter.
struct ParameterFilters {
    private let filters: [SSM.ParameterStringFilter]

    private static let options: [String: Set<String>] = [
        "Name": ["BeginsWith", "Contains", "Equals"], "Path": ["OneLevel", "Recursive"],
    ]

    /// - Throws: `InvalidFilterOption` or `InvalidFilterValue`; the model has checked the keys.
    init(_ filters: [SSM.ParameterStringFilter]?) throws(WireError) {
        self.filters = filters ?? []
        for filter in self.filters {
            let options = ParameterFilters.options[filter.key] ?? ["Equals", "BeginsWith"]
            if let option = filter.option, !options.contains(option) {
                throw .invalidFilterOption(
                    "The following filter option is not valid: \(option). Valid options include: "
                        + "[\(options.sorted().joined(separator: ", "))].")
            }
            guard !(filter.values ?? []).isEmpty || filter.key.hasPrefix("tag:") else {
                throw .invalidFilterValue(
                    "The following filter values are missing : null for filter key \(filter.key).")
            }
        }
    }

    func matches(_ record: ParameterRecord) -> Bool { filters.allSatisfy { matches(record, $0) } }

    private func matches(_ record: ParameterRecord, _ filter: SSM.ParameterStringFilter) -> Bool {
        let values = filter.values ?? []
        switch filter.key {
        case "Path": return values.contains { isBelow($0, record.name, isRecursive: filter.option == "Recursive") }
        case "Label": return record.versions.contains { $0.labels.contains { isMatch($0, values, filter.option) } }
        case "DataType": return isMatch(record.dataType, values, filter.option)
        case "KeyId": return record.keyID.map { isMatch($0, values, filter.option) } ?? false
        case "Name": return isMatch(record.name, values, filter.option)
        case "Tier": return isMatch(record.tier.rawValue, values, filter.option)
        case "Type": return isMatch(record.type.rawValue, values, filter.option)
        default:
            let tag = record.tags.first { "tag:\($0.key)" == filter.key }
            return tag.map { values.isEmpty || isMatch($0.value, values, filter.option) } ?? false
        }
    }

    private func isMatch(_ text: String, _ values: [String], _ option: String?) -> Bool {
        values.contains { value in
            switch option {
            case "BeginsWith": text.hasPrefix(value)
            case "Contains": text.contains(value)
            default: text == value
            }
        }
    }

    private func isBelow(_ path: String, _ name: String, isRecursive: Bool) -> Bool {
        let prefix = path.hasSuffix("/") ? path : path + "/"
        guard name.hasPrefix(prefix) else { return false }
        return isRecursive || !name.dropFirst(prefix.count).contains("/")
    }
}
