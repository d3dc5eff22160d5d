import AWSWire
import Testing

/// The form of a JSON value, without what it says: names of members with the types of their values.
enum WireForm {
    /// For each member, its path and type, for example `tasks[].arn string`.
    static func of(_ value: JSONValue) -> Set<String> {
        var lines: Set<String> = []
        collect(value, "", &lines)
        return lines
    }

    private static func collect(_ value: JSONValue, _ path: String, _ lines: inout Set<String>) {
        switch value {
        case .object(let members):
            for member in members {
                collect(member.value, path.isEmpty ? member.name : "\(path).\(member.name)", &lines)
            }
        case .array(let items):
            lines.insert("\(path) list")
            for item in items { collect(item, path + "[]", &lines) }
        case .string: lines.insert("\(path) string")
        case .int, .double: lines.insert("\(path) number")
        case .bool: lines.insert("\(path) boolean")
        case .null: lines.insert("\(path) null")
        }
    }
}
