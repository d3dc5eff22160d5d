import AWSWire
import Foundation

/// What Amazon's own agent and its backend sent: see `Tests/AgentTests/Fixtures/README.md`.
enum WireSample {
    struct Missing: Error { var name: String }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "AgentTests/Fixtures")

    static func load(_ name: String) throws -> JSONValue {
        try JSONValue.parse([UInt8](try Data(contentsOf: folder.appending(path: "\(name).json"))))
    }

    /// The JSON of a frame.
    static func frame(_ name: String) throws -> JSONValue {
        guard let frame = try load(name)["frame"] else { throw Missing(name: name) }
        return frame
    }

    /// A frame with the header lines that came before it.
    static func signedFrame(_ name: String) throws -> [UInt8] {
        let lines = try load(name)["text_before_json"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (try frame(name)).encode()
    }
}

/// The form of a JSON value, without what it says: names of members with the types of their values.
enum WireForm {
    /// For each member, its path and type, for example `tasks[].arn string`. Members whose names are data (variables,
    /// labels) count as one.
    static func of(_ value: JSONValue) -> Set<String> {
        var lines: Set<String> = []
        collect(value, "", &lines)
        return lines
    }

    private static let maps: Set = ["environment", "labels"]

    private static func collect(_ value: JSONValue, _ path: String, _ lines: inout Set<String>) {
        switch value {
        case .object(let members):
            let isMap = maps.contains(path.split(separator: ".").last.map(String.init) ?? "")
            for member in members {
                let name = isMap ? "*" : member.name
                collect(member.value, path.isEmpty ? name : "\(path).\(name)", &lines)
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
