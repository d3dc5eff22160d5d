/// What the coverage page says of one API.
struct CoverageSection {
    let title: String
    let version: String
    let operations: [String]
    let implemented: Set<String>

    /// - Throws: when an implemented operation is not in the model.
    init(_ model: ServiceModel, implemented: [String]) throws {
        title = model.metadata["serviceFullName"]?.stringValue ?? model.output.namespace
        version = model.metadata["apiVersion"]?.stringValue ?? ""
        operations = model.operations.map(\.name)
        self.implemented = Set(implemented)
        if let unknown = implemented.first(where: { !operations.contains($0) }) {
            throw GenerateError("\(unknown) is implemented, but \(title) has no such operation.")
        }
    }

    var text: String {
        let done = operations.filter(implemented.contains)
        var text = "## \(title) (\(version)): \(done.count) of \(operations.count)\n\n"
        text += "| operation | served |\n|---|---|\n"
        for operation in operations { text += "| \(operation) | \(implemented.contains(operation) ? "yes" : "") |\n" }
        return text
    }
}

/// The page `docs/coverage.md`.
func coveragePage(_ sections: [CoverageSection]) -> String {
    let intro = """
        # Operations

        Computed by `make generate` from the service models and from the files in `Sources/APIs`. An operation that is
        not served yet answers with an error that says so.
        """
    return ([intro] + sections.map(\.text)).joined(separator: "\n\n")
}
