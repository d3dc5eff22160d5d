import Foundation

/// What the coverage page says of one API.
struct CoverageSection {
    let title: String
    let version: String
    let rows: [CoverageRow]

    /// - Parameters:
    ///   - folder: the API's folder of operations.
    ///   - tests: what the tests hold.
    /// - Throws: when an implemented operation is not in the model.
    init(_ model: ServiceModel, folder: String, _ tests: TestInventory) throws {
        title = model.metadata["serviceFullName"]?.stringValue ?? model.output.namespace
        version = model.metadata["apiVersion"]?.stringValue ?? ""
        let implemented = try Registry.operations(in: folder)
        let names = model.operations.map(\.name)
        if let unknown = implemented.first(where: { !names.contains($0) }) {
            throw GenerateError("\(unknown) is implemented, but \(title) has no such operation.")
        }
        let sources = try SourceInventory(around: folder)
        rows = try model.operations.map { operation in
            let members = try operation.input.map { try model.shape($0).members.map(\.name) } ?? []
            return CoverageRow(
                name: operation.name, isServed: implemented.contains(operation.name), members: members,
                unread: members.filter { !sources.reads(Naming.lowerCamel($0)) },
                seam: sources.seam(of: operation.name),
                fixtures: tests.fixtures(model.output.namespace, operation.name),
                suites: tests.suites(calling: operation.name))
        }
    }

    var text: String {
        let done = rows.filter(\.isServed)
        var text = "## \(title) (\(version)): \(done.count) of \(rows.count)\n\n"
        text += "| operation | served | input members read | fixtures | acceptance suites |\n|---|---|---|---|---|\n"
        for row in rows { text += row.text }
        let seams = rows.compactMap { row in row.seam.map { "| \(row.name) | \($0) |\n" } }
        if !seams.isEmpty {
            text += "\nWhere an effect ends at a part that the region does not have yet:\n\n"
            text += "| operation | what is missing |\n|---|---|\n" + seams.joined()
        }
        return text
    }
}

/// What the page says of one operation.
struct CoverageRow {
    let name: String
    let isServed: Bool
    /// The members of its input.
    let members: [String]
    /// Those that no file of the API reads.
    let unread: [String]
    /// What its effect waits for; nil for nothing.
    let seam: String?
    let fixtures: Int
    let suites: Int

    var text: String {
        guard isServed else { return "| \(name) |  |  |  |  |\n" }
        let without = unread.isEmpty ? "" : " (not \(unread.map { "`\($0)`" }.joined(separator: ", ")))"
        let read = members.isEmpty ? "none to read" : "\(members.count - unread.count) of \(members.count)\(without)"
        return "| \(name) | yes | \(read) | \(fixtures) | \(suites) |\n"
    }
}

/// The source text of one API.
struct SourceInventory {
    private let text: String
    private let seams: [String: String]

    /// - Parameter folder: the API's folder of operations; the folders beside it are its helpers.
    init(around folder: String) throws {
        let root = (folder as NSString).deletingLastPathComponent
        var text = ""
        var seams: [String: String] = [:]
        for file in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }).sorted() ?? []
        where file.hasSuffix(".swift") {
            let content = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
            text += content
            if let seam = SourceInventory.seam(in: content) {
                seams[((file as NSString).lastPathComponent as NSString).deletingPathExtension] = seam
            }
        }
        self.text = text
        self.seams = seams
    }

    /// Whether some file reads a member of that name in Swift.
    func reads(_ member: String) -> Bool { text.contains(".\(member)") }

    /// What an operation's file says after `Seam:`.
    func seam(of operation: String) -> String? { seams[operation] }

    private static func seam(in content: String) -> String? {
        let lines = content.split(separator: "\n", omittingEmptySubsequences: false)
        guard let start = lines.firstIndex(where: { $0.hasPrefix("/// Seam: ") }) else { return nil }
        let more = lines[(start + 1)...].prefix { $0.hasPrefix("///   ") }.map { $0.dropFirst("///   ".count) }
        return ([lines[start].dropFirst("/// Seam: ".count)] + more).joined(separator: " ")
    }
}

/// How many tests there are for an operation.
struct TestInventory {
    private let suites: [String]

    init() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: "Acceptance").filter { $0.hasSuffix(".py") }
        suites = try files.sorted().map { try String(contentsOfFile: "Acceptance/\($0)", encoding: .utf8) }
    }

    /// The fixtures of an operation.
    func fixtures(_ namespace: String, _ operation: String) -> Int {
        let folder = "Tests/Fixtures/\(namespace)/\(operation)"
        return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).count { $0.hasSuffix(".http") }
    }

    /// The acceptance suites that call an operation with a client of boto3 or of the command line.
    func suites(calling operation: String) -> Int {
        // As the SDK for Python does it: `DescribeSSLPolicies` is `describe_ssl_policies`.
        let words = operation.replacing(/([A-Z]+)([A-Z][a-z])/) { "\($0.output.1)_\($0.output.2)" }
            .replacing(/([a-z0-9])([A-Z])/) { "\($0.output.1)_\($0.output.2)" }.lowercased()
        let dashed = words.replacing("_", with: "-")
        return suites.count { $0.contains(".\(words)(") || $0.contains(".\(words),") || $0.contains("\"\(dashed)\"") }
    }
}

/// The page `docs/coverage.md`.
func coveragePage(_ sections: [CoverageSection]) -> String {
    let intro = """
        # Operations

        Computed by `make generate` from the service models, the files in `Sources/APIs` and the tests. An operation
        that is not served answers with an error that says so. A member counts as read when the API's code reads a
        member of that name. Beside the suites counted here, every operation is met by those that walk the model: each
        constraint is broken once, malformed requests are made from a seed, and every answer is compared with the model.
        """
    return ([intro] + sections.map(\.text)).joined(separator: "\n\n")
}
