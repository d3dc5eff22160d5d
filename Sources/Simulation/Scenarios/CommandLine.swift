import AWSModels
import AWSWire

/// A command of the AWS CLI for ECS, as an operation and its input: `aws ecs create-service --service-name web`.
///
/// Values are what the CLI takes: words, JSON, and its shorthand (`minimumHealthyPercent=50,maximumPercent=200`).
/// Source: AWS Command Line Interface User Guide, Using shorthand syntax.
struct CommandLine: Equatable {
    var operation: String
    var input: JSONValue = [:]

    /// - Parameter words: what follows `aws ecs`.
    init(_ words: ArraySlice<String>) throws(ScenarioError) {
        guard let name = words.first, let model = CommandLine.model(name) else {
            throw ScenarioError("there is no command \(words.first ?? "")")
        }
        operation = model.name
        var rest = words.dropFirst()
        while let flag = rest.popFirst() {
            let values = rest.prefix { !$0.hasPrefix("--") }
            rest = rest.dropFirst(values.count)
            let (member, isNegated) = try CommandLine.member(flag, of: model)
            input[member.name] =
                isNegated ? false : try CommandLine.value(Array(values), member.schema, of: flag)
        }
    }

    private static func model(_ name: String) -> OperationModel? {
        let plain = name.filter { $0 != "-" }
        return ECS.Operations.byName.values.first { $0.name.lowercased() == plain }
    }

    /// The member a flag names; `--no-…` says false.
    private static func member(
        _ flag: String, of model: OperationModel
    ) throws(ScenarioError) -> (Schema.Member, isNegated: Bool) {
        let plain = flag.filter { $0 != "-" }
        let members = model.input.schema.members
        if flag.hasPrefix("--"), let found = members.first(where: { $0.name.lowercased() == plain }) {
            return (found, false)
        }
        if flag.hasPrefix("--no-"), let found = members.first(where: { "no" + $0.name.lowercased() == plain }) {
            return (found, true)
        }
        throw ScenarioError("\(model.name) has no \(flag)")
    }

    private static func value(
        _ words: [String], _ schema: Schema, of flag: String
    ) throws(ScenarioError) -> JSONValue {
        if schema.kind == .list, let element = schema.element, words.first?.hasPrefix("[") != true {
            var items: [JSONValue] = []
            for word in words { items.append(try Shorthand.value(word, element)) }
            return .array(items)
        }
        if schema.kind == .boolean, words.isEmpty { return true }
        guard words.count == 1 else { throw ScenarioError("\(flag) takes one value") }
        return try Shorthand.value(words[0], schema)
    }

    /// Splits a line into words as a shell does: quotes hold words together.
    static func words(_ line: String) throws(ScenarioError) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in line {
            switch character {
            case quote: quote = nil
            case "'" where quote == nil, "\"" where quote == nil:
                quote = character
                word = word ?? ""
            case " " where quote == nil:
                if let word { words.append(word) }
                word = nil
            default: word = (word ?? "") + String(character)
            }
        }
        guard quote == nil else { throw ScenarioError("a quote is not closed") }
        if let word { words.append(word) }
        return words
    }
}
