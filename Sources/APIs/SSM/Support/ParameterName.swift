import APIPipeline
import AWSModels
import AWSWire
import State

/// How a request names a parameter: by its name or ARN, and perhaps the number or label of a version behind a colon.
struct ParameterName {
    let name: String
    /// What stood behind the colon.
    let selector: String?

    /// The most parts that a name in a hierarchy has.
    /// Source: Systems Manager API Reference, PutParameter (HierarchyLevelLimitExceededException).
    private static let maximumDepth = 15
    private static let maximumLength = 1_011

    /// Reads a name as GetParameter takes it. The ARN of a path has the path's own slash only, so that of one word may
    /// stand for the word or for a path of one step.
    init(_ text: String, _ snapshot: Snapshot) {
        let prefix = snapshot.realm.arn("ssm", "parameter/")
        let isARN = text.hasPrefix(prefix)
        let parts = text.dropFirst(isARN ? prefix.count : 0)
            .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let given = String(parts[0])
        let isPath = given.contains("/") || snapshot.get(ParameterRecord.key(given)) == nil
        name = isARN && isPath ? "/" + given : given
        selector = parts.count == 2 ? String(parts[1]) : nil
    }

    /// Whether a byte may stand in a part of a name, and in a label: a letter, a digit, or one of `.-_`.
    static func isWordByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte & 0xDF) || ".-_".utf8.contains(byte)
    }

    /// Checks the name of a parameter that is to be made.
    /// Source: Systems Manager API Reference, PutParameter (Name). Observed wording.
    static func check(_ name: String) throws(WireError) {
        let isPlain = name.utf8.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: "/") }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        let words = parts.first == "" ? parts.dropFirst() : parts[...]
        guard isPlain, !words.isEmpty, words.allSatisfy({ !$0.isEmpty }), name.utf8.count <= maximumLength else {
            throw .validation(
                "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can "
                    + "consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, "
                    + "numbers and the following 3 symbols .-_")
        }
        guard name.hasPrefix("/") || words.count == 1 else {
            throw .validation("Parameter name must be a fully qualified name.")
        }
        let first = words.first?.lowercased() ?? ""
        guard !first.hasPrefix("ssm") else {
            throw .validation("Parameter name: can't be prefixed with \"ssm\" (case-insensitive).")
        }
        guard !first.hasPrefix("aws") else {
            throw WireError(
                code: "AccessDeniedException", message: "No access to reserved parameter name: \(name).", status: 400)
        }
        guard words.count <= maximumDepth else {
            throw .hierarchyLevelLimitExceeded(
                "Hierarchy level should be no more than \(maximumDepth).")
        }
    }
}
