import Foundation
import Testing

@Suite("The house rules")
struct TidyTests {
    @Test("the source follows", arguments: rules)
    func follows(rule: Rule) throws {
        let files = ["Sources", "Tests"].flatMap { SourceTree.files(in: $0) }
        #expect(!files.isEmpty)
        for file in files where rule.holds(in: file.path) && !file.path.hasPrefix("Tests/TidyTests/") {
            for breach in try rule.breaches(in: file) {
                Issue.record("\(breach)\n  \(rule.name); instead: \(rule.instead)")
            }
        }
    }

    @Test("a rule catches what it is for, and only that", arguments: rules)
    func catches(rule: Rule) throws {
        #expect(try rule.breaches(in: .init(path: "a.swift", text: rule.caught)).count == 1)
        #expect(try rule.breaches(in: .init(path: "a.swift", text: rule.allowed)).isEmpty)
        #expect(try rule.breaches(in: .init(path: "a.swift", text: "// " + rule.caught)).isEmpty)
        if let excuse = rule.excuse {
            let excused = "// \(excuse) it is.\n\(rule.caught)"
            #expect(try rule.breaches(in: .init(path: "a.swift", text: excused)).isEmpty)
        }
    }

    @Test("lines have at most 120 characters")
    func lineLength() {
        for file in ["Sources", "Tests", "scripts", "docs", "Models"].flatMap({
            SourceTree.files(in: $0, extensions: ["swift", "sh"])
        }) where !file.isGenerated {
            for (index, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
            where line.count > 120 {
                Issue.record("\(file.path):\(index + 1): \(line.count) characters")
            }
        }
    }

    @Test("files have at most 400 lines: past that look for the second idea")
    func fileLength() {
        let files =
            ["Sources", "Tests"].flatMap { SourceTree.files(in: $0) }
            + SourceTree.files(in: "Acceptance", extensions: ["py"])
        for file in files where !file.isGenerated {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= 400, "\(file.path) has \(lines)")
        }
    }

    @Test("every package declaration of a type has its line of documentation")
    func documented() throws {
        let declaration = try NSRegularExpression(
            pattern: #"^package (final |indirect |static )*(struct|enum|class|actor|protocol|func|typealias) "#)
        for file in SourceTree.files(in: "Sources") where !file.isGenerated {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            for (index, line) in lines.enumerated()
            where declaration.firstMatch(in: line, range: line.wholeRange) != nil {
                var above = index - 1
                while above >= 0, lines[above].hasPrefix("@") || lines[above].hasPrefix("#") { above -= 1 }
                let isDocumented = above >= 0 && (lines[above].hasPrefix("///") || lines[above].hasSuffix("*/"))
                #expect(isDocumented, "\(file.path):\(index + 1): \(line)")
            }
        }
    }

    /// The repository stands alone: it knows nothing of where it was written.
    @Test("no text names a place or a person of a workplace")
    func standsAlone() {
        let words = ["/wo" + "rk/", "../sha" + "red", "shared/fa" + "cts", "issues sh" + "ow"]
        let kinds: Set = ["swift", "md", "sh", "py", "json", "yml", "txt", "http", "scenario", "ini", ""]
        for file in SourceTree.files(in: "", extensions: kinds) {
            for word in words where file.text.contains(word) {
                Issue.record("\(file.path) says \(word)")
            }
        }
    }
}
