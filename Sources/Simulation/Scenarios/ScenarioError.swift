/// Why a scenario cannot be read, or does not go on.
package struct ScenarioError: Error, CustomStringConvertible {
    package var problem: String
    /// The line of the file, from 1; 0 while it is not known.
    package var line = 0

    init(_ problem: String) {
        self.problem = problem
    }

    package var description: String { "line \(line): \(problem)" }
}
