/// Finds a short story for a seed that fails: it leaves out what is done to the world, in halves and ever smaller
/// parts, as long as the same invariant breaks. This is delta debugging.
/// Source: Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, 2002.
package struct Shrinker {
    /// The shortest story that was found.
    package struct Result {
        package var report: Report
        package var kept: [Int]
        package var isCalm: Bool
        /// How many deeds the seed has.
        package var all: Int
        /// How many worlds were run.
        package var runs: Int
    }

    private var options: World.Options
    private let invariant: String
    private let all: Int
    private var best: Report
    private var runs = 0
    private let budget: Int

    /// - Parameters:
    ///   - report: of the run of the options, which failed.
    ///   - budget: the most worlds to run.
    /// - Returns: nil when the report has no failure.
    package init?(_ options: World.Options, _ report: Report, budget: Int = 500) {
        guard let failure = report.failure else { return nil }
        self.options = options
        self.options.sink = nil
        invariant = failure.invariant
        all = report.deeds.count
        best = report
        self.budget = budget
    }

    /// Leaves out what can be left out.
    package mutating func shrink() -> Result {
        // Without chance a story is short in time, too; a failure that needs it keeps it.
        var calm = options
        calm.isCalm = true
        if attempt(calm) { options = calm }
        var size = max(1, best.deeds.count / 2)
        while !best.deeds.isEmpty, runs < budget {
            let isShorter = leaveOut(parts: size)
            if size == 1, !isShorter { break }
            size = max(1, size / 2)
        }
        return Result(report: best, kept: kept, isCalm: options.isCalm, all: all, runs: runs)
    }

    private var kept: [Int] { best.deeds.map(\.number) }

    /// Leaves out one part after the other.
    /// - Returns: whether any could be.
    private mutating func leaveOut(parts size: Int) -> Bool {
        var isShorter = false
        var index = 0
        while index < kept.count, runs < budget {
            var fewer = options
            let left = kept[..<index] + kept.dropFirst(index + size)
            fewer.kept = Set(left)
            if attempt(fewer) { isShorter = true } else { index += size }
        }
        return isShorter
    }

    /// Runs a world, and keeps its report if it fails as the first one did. What comes after the failure is not done.
    private mutating func attempt(_ options: World.Options) -> Bool {
        runs += 1
        let report = World(options).run()
        guard report.failure?.invariant == invariant else { return false }
        best = report
        return true
    }
}

extension Shrinker.Result {
    /// The story on a screen: what is done to the world, what breaks, the end of the trace, and how to see it again.
    /// - Parameter command: what runs the seed with all its deeds.
    package func text(_ command: String) -> String {
        let deeds = report.deeds.map { "  \($0.time) s  \($0.number): \($0.text)" }
        let numbers = kept.isEmpty ? "none" : kept.map { "\($0)" }.joined(separator: ",")
        return
            (["the last of the trace:"] + report.trace.end.suffix(25).map { "  " + $0 }
            + ["\(kept.count) of \(all) deeds are enough (\(runs) worlds were run)\(isCalm ? ", without chance" : ""):"]
            + deeds + [report.failure?.text ?? "passed", "\(command) --keep \(numbers)\(isCalm ? " --calm" : "")"])
            .joined(separator: "\n")
    }
}
