import Foundation

/// The files of the repository, without what is built or fetched.
struct SourceTree {
    struct File {
        /// The path below the repository.
        let path: String
        let text: String

        /// Generated files follow the generator's rules, not the reader's.
        var isGenerated: Bool { path.lowercased().contains("generated") || path.hasPrefix("Sources/AWSModels/") }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files below a folder with one of the extensions, in order of their paths.
    static func files(in folder: String, extensions: Set<String> = ["swift"]) -> [File] {
        let base = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        var found: [File] = []
        for case let url as URL in walk {
            if url.lastPathComponent.hasPrefix(".") {
                walk.skipDescendants()
                continue
            }
            guard extensions.contains(url.pathExtension), let text = try? String(contentsOf: url, encoding: .utf8)
            else { continue }
            found.append(File(path: String(url.path.dropFirst(root.path.count + 1)), text: text))
        }
        return found.sorted { $0.path < $1.path }
    }
}

/// A place that breaks a rule.
struct Breach: CustomStringConvertible {
    let path: String
    let line: Int
    let text: String

    var description: String { "\(path):\(line): \(text.trimmingCharacters(in: .whitespaces))" }
}

extension Rule {
    func holds(in path: String) -> Bool {
        folders.contains { path.hasPrefix($0 + "/") } && !except.contains { path.hasPrefix($0) }
    }

    /// The places in a file that break the rule.
    func breaches(in file: SourceTree.File) throws -> [Breach] {
        let expression = try NSRegularExpression(pattern: pattern, options: [.anchorsMatchLines])
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let code = file.text.codeOnly
        // Most files break no rule: one search of the whole text settles them.
        guard expression.firstMatch(in: code, range: code.wholeRange) != nil else { return [] }
        var found: [Breach] = []
        for (index, line) in code.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = String(line)
            guard expression.firstMatch(in: line, range: line.wholeRange) != nil else { continue }
            let near = lines[max(0, index - 3)...index].joined(separator: "\n")
            if let excuse, near.contains(excuse) { continue }
            found.append(Breach(path: file.path, line: index + 1, text: lines[index]))
        }
        return found
    }
}

extension String {
    var wholeRange: NSRange { NSRange(startIndex..., in: self) }

    /// The text without comments and without what stands in string literals; the lines stay where they are.
    var codeOnly: String {
        var inBlock = false
        return split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.contains("\"\"\"") { inBlock.toggle() }
            if inBlock { return "" }
            return String(line).withoutStrings.withoutComment
        }.joined(separator: "\n")
    }

    private var withoutStrings: String {
        guard contains("\"") else { return self }
        return replacingOccurrences(of: ##"#*"(?:[^"\\]|\\.)*"#*"##, with: "\"\"", options: .regularExpression)
    }

    private var withoutComment: String {
        guard let start = range(of: "//") else { return self }
        return String(self[..<start.lowerBound])
    }
}
