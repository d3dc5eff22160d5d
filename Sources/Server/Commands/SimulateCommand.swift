import ArgumentParser
import Dispatch
import Foundation
import Simulation
import Synchronization

/// `roost simulate`: the whole system in virtual time from a seed, with faults.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run the whole system in virtual time, with faults, from a seed.",
        discussion: "The same seed does the same, byte for byte. A seed that fails names the command that replays it.")

    /// Half an hour of virtual time and more.
    private static let defaultSteps = 150

    @Option(help: "Run one seed and show what happened.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Run many seeds and show those that fail.", valueName: "A..B"))
    var seeds: SeedRange?

    @Option(help: ArgumentHelp("Show the history of a scenario (docs/scenarios.md).", valueName: "file"))
    var scenario: String?

    @Option(help: "How many things clients do before the faults stop.")
    var steps = SimulateCommand.defaultSteps

    @Option(help: "How many servers share the state; without it the seed says.")
    var servers: Int?

    @Flag(help: "Find a short story for a seed that fails: leave out what is done while the same invariant breaks.")
    var shrink = false

    @Option(help: ArgumentHelp("Do only these things of the seed, as --shrink names them.", valueName: "N,N|none"))
    var keep: String?

    @Flag(help: "Leave nothing to chance but what is done: short ways, no losses.")
    var calm = false

    @Flag(help: "Show everything that happens.")
    var verbose = false

    func validate() throws {
        guard [seed != nil, seeds != nil, scenario != nil].count(where: \.self) == 1 else {
            throw ValidationError("Give one of --seed, --seeds and --scenario.")
        }
        guard steps >= 0 else { throw ValidationError("--steps must not be negative.") }
        guard 1...9 ~= servers ?? 1 else { throw ValidationError("--servers must be 1 to 9.") }
        guard seed != nil || (!shrink && keep == nil && !calm) else {
            throw ValidationError("--shrink, --keep and --calm are for one --seed.")
        }
        guard keep == nil || kept != nil else { throw ValidationError("--keep takes numbers with commas between.") }
    }

    func run() throws {
        let isPassed = try scenario.map(tell) ?? seeds.map(runMany) ?? runOne(seed ?? 0)
        if !isPassed { throw ExitCode(1) }
    }

    private func tell(_ file: String) throws -> Bool {
        let run = ScenarioRun(try Scenario(String(contentsOfFile: file, encoding: .utf8)))
        defer { for line in run.lines { Terminal.show(line) } }
        do {
            _ = try run.history()
            return true
        } catch {
            Terminal.show("\(file), \(error)")
            return false
        }
    }

    private func runOne(_ seed: UInt64) -> Bool {
        var options = options(seed)
        options.sink = verbose ? { Terminal.show($0) } : nil
        let report = World(options).run()
        Terminal.show(report.text)
        if shrink, var shrinker = Shrinker(options, report) {
            Terminal.show(shrinker.shrink().text(command(seed)))
        }
        return report.failure == nil
    }

    private func options(_ seed: UInt64) -> World.Options {
        var options = World.Options(seed: seed)
        options.steps = steps
        options.servers = servers
        options.kept = kept
        options.isCalm = calm
        return options
    }

    /// The numbers of `--keep`; nil for all, or when they cannot be read.
    private var kept: Set<Int>? {
        guard let keep else { return nil }
        guard keep != "none" else { return [] }
        let numbers = keep.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        return numbers.contains(nil) ? nil : Set(numbers.compactMap(\.self))
    }

    private func command(_ seed: UInt64) -> String {
        "roost simulate --seed \(seed)" + (steps == SimulateCommand.defaultSteps ? "" : " --steps \(steps)")
            + (servers.map { " --servers \($0)" } ?? "")
    }

    /// Every world has one thread; several worlds share the processor. Failures are shown in order of their seeds, as
    /// soon as no earlier one can come.
    private func runMany(_ range: SeedRange) -> Bool {
        let board = Mutex(Board())
        DispatchQueue.concurrentPerform(iterations: range.count) { index in
            let line = failure(of: range.first + UInt64(index))
            for line in board.withLock({ $0.take(index, line) }) { Terminal.show(line) }
        }
        let failed = board.withLock { $0.failed }
        Terminal.show("\(range.count) seeds, \(failed) failed")
        return failed == 0
    }

    /// What to show of a seed; nil when it passed.
    private func failure(of seed: UInt64) -> String? {
        guard let failure = World(options(seed)).run().failure else { return nil }
        return "\(command(seed))    # step \(failure.step), \(failure.time) s: \(failure.invariant): \(failure.breach)"
    }

    /// Results that come in any order, and are shown in one.
    private struct Board {
        private var early: [Int: String?] = [:]
        private var next = 0
        private(set) var failed = 0

        /// - Returns: the lines whose turn it is.
        mutating func take(_ index: Int, _ line: String?) -> [String] {
            early[index] = .some(line)
            var lines: [String] = []
            while let line = early.removeValue(forKey: next) {
                next += 1
                guard let line else { continue }
                failed += 1
                lines.append(line)
            }
            return lines
        }
    }
}

/// `A..B`: both ends belong to it.
struct SeedRange: ExpressibleByArgument {
    let first: UInt64
    let last: UInt64

    var count: Int { Int(last - first) + 1 }

    /// More seeds than this are a mistake.
    private static let maximumCount: UInt64 = 10_000_000

    init?(argument: String) {
        guard let dots = argument.firstRange(of: ".."), let first = UInt64(argument[..<dots.lowerBound]),
            let last = UInt64(argument[dots.upperBound...]), first <= last, last - first < SeedRange.maximumCount
        else { return nil }
        self.first = first
        self.last = last
    }
}
