import Foundation
import Testing

/// Runs every `Tests/Fixtures/<API>/<Operation>/<case>.http`; the format is described at `Fixture`.
@Suite("Fixtures") struct FixtureTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures")

    /// The files, by their paths below the folder, in order.
    static let cases: [String] = {
        let walk = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (walk?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "http" }
        return files.map { String($0.path.dropFirst(folder.path.count + 1)) }.sorted()
    }()

    private static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_FIXTURES"] == "1"

    @Test("answers as the fixture says, byte for byte", arguments: cases)
    func matches(path: String) throws {
        let file = FixtureTests.folder.appending(path: path)
        let fixture = try Fixture(try String(contentsOf: file, encoding: .utf8))
        let answer = try fixture.run()
        if FixtureTests.isUpdating {
            try (fixture.head + answer + "\n").write(to: file, atomically: true, encoding: .utf8)
        } else {
            #expect(answer == fixture.response)
        }
    }

    @Test("there are fixtures")
    func exist() { #expect(FixtureTests.cases.count > 40) }
}
