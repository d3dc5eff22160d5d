import Foundation
import Testing

@testable import Simulation

/// Every `Tests/Scenarios/NAME.scenario` has the history `NAME.history`; docs/scenarios.md says how to read both.
@Suite("Scenarios") struct ScenarioTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Scenarios")

    /// The names of the scenarios, in order.
    static let names: [String] = {
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "scenario" }.map { $0.deletingPathExtension().lastPathComponent }
            .sorted()
    }()

    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_SCENARIOS"] == "1"

    /// - Returns: nil when it does not get to its end.
    private func history(_ name: String) throws -> [String]? {
        let file = ScenarioTests.folder.appending(path: "\(name).scenario")
        let run = ScenarioRun(try Scenario(String(contentsOf: file, encoding: .utf8)))
        do { return try run.history() } catch {
            Issue.record("\(name).scenario, \(error)\n\(run.lines.suffix(20).joined(separator: "\n"))")
            return nil
        }
    }

    @Test("goes as its history says", arguments: names)
    func matches(name: String) throws {
        let file = ScenarioTests.folder.appending(path: "\(name).history")
        guard let lines = try history(name) else { return }
        guard !ScenarioTests.isUpdating else {
            return try (lines.joined(separator: "\n") + "\n").write(to: file, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false
        ).dropLast().map(String.init)
        let length = max(lines.count, expected.count)
        for index in 0..<length {
            let (was, wanted) = (lines[safe: index] ?? "the end", expected[safe: index] ?? "the end")
            guard was == wanted else {
                Issue.record("\(name).history:\(index + 1)\n  expected: \(wanted)\n  happened: \(was)")
                return
            }
        }
    }
}

extension [String] {
    fileprivate subscript(safe index: Int) -> String? { indices.contains(index) ? self[index] : nil }
}
