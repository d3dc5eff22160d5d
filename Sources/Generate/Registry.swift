import Foundation

/// Lists what a folder holds: to add an operation, add a file.
enum Registry {
    /// The names of the operations whose files are in a folder, sorted.
    static func operations(in folder: String) throws -> [String] {
        try types(in: folder) { /struct\s+(\w+)\s*:\s*(?:Read|Deferred|Fetching|Streaming)?Operation\b/ }
    }

    /// The code that registers an API and its operations.
    static func text(_ namespace: String, _ operations: [String]) -> String {
        var lines = CodeLines(imports: ["APIPipeline", "AWSModels"])
        lines.add("/// The operations of the folder beside this file.")
        lines.block("package enum \(namespace)Operations {") { lines in
            lines.add("/// Makes the API and its operations known.")
            lines.block("package static func registerAll(_ table: inout OperationTable) {") { lines in
                lines.add("table.register(\(namespace).api)")
                for name in operations { lines.add("table.register(\(name)())") }
            }
        }
        return lines.text
    }

    /// The names a pattern captures in the files of a folder, sorted. Other registries are lists of this kind too.
    static func types(in folder: String, _ pattern: () -> Regex<(Substring, Substring)>) throws -> [String] {
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        var names: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: folder) where file.hasSuffix(".swift") {
            let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
            for match in text.matches(of: pattern()) { names.insert(String(match.output.1)) }
        }
        return names.sorted()
    }
}
