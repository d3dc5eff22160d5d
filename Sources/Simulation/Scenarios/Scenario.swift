/// A story of a region as a text file: commands of the AWS CLI, and what happens to the machines. See
/// docs/scenarios.md.
package struct Scenario: Sendable {
    /// A line that does something.
    struct Line: Sendable {
        /// The first line of the file it stands on, from 1.
        var number: Int
        /// As it was written, on one line.
        var text: String
        var words: [String]
    }

    let lines: [Line]

    /// Reads a file.
    /// - Throws: when a quote is not closed.
    package init(_ text: String) throws(ScenarioError) {
        var lines: [Line] = []
        var start = 1
        var pieces: [Substring] = []
        for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let piece = raw.drop { $0 == " " }
            if pieces.isEmpty { start = index + 1 }
            guard !piece.hasSuffix("\\") else {
                pieces.append(piece.dropLast())
                continue
            }
            let text = (pieces + [piece]).joined()
            pieces = []
            guard !text.isEmpty, !text.hasPrefix("#") else { continue }
            let words = try at(start) { () throws(ScenarioError) in try CommandLine.words(text) }
            lines.append(Line(number: start, text: text, words: words))
        }
        self.lines = lines
    }
}

/// Adds the line to an error.
func at<Value>(_ line: Int, _ body: () throws(ScenarioError) -> Value) throws(ScenarioError) -> Value {
    do { return try body() } catch {
        var error = error
        error.line = line
        throw error
    }
}
