import ArgumentParser
import Dispatch
import Simulation
import Synchronization

/// `roost simulate`: the whole system in virtual time from a seed, with faults.
struct SimulateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate", abstract: "Run the whole system in virtual time, with faults, from a seed.",
        discussion: "The same seed does the same, byte for byte. A seed that fails names the command that replays it.")

    @Option(help: "Run one seed and show what happened.")
    var seed: UInt64?

    @Option(help: ArgumentHelp("Run many seeds and show those that fail.", valueName: "A..B"))
    var seeds: SeedRange?

    @Option(help: "How many things clients do before the faults stop.")
    var steps = 150

    @Flag(help: "Show everything that happens.")
    var verbose = false

    func validate() throws {
        guard (seed == nil) != (seeds == nil) else { throw ValidationError("Give either --seed or --seeds.") }
        guard steps >= 0 else { throw ValidationError("--steps must not be negative.") }
    }

    func run() throws {
        let isPassed = seeds.map(runMany) ?? runOne(seed ?? 0)
        if !isPassed { throw ExitCode(1) }
    }

    private func runOne(_ seed: UInt64) -> Bool {
        let report = report(seed, sink: verbose ? { Terminal.show($0) } : nil)
        Terminal.show(report.text)
        return report.failure == nil
    }

    private func report(_ seed: UInt64, sink: ((String) -> Void)? = nil) -> Report {
        var options = World.Options(seed: seed)
        options.steps = steps
        options.sink = sink
        return World(options).run()
    }

    /// Every world has one thread; several worlds share the processor. Failures are shown in order of their seeds.
    private func runMany(_ range: SeedRange) -> Bool {
        let failures = Mutex<[UInt64: String]>([:])
        DispatchQueue.concurrentPerform(iterations: range.count) { index in
            let seed = range.first + UInt64(index)
            let report = report(seed)
            if let failure = report.failure {
                let line =
                    "seed \(seed) failed at step \(failure.step): \(failure.invariant): \(failure.breach)\n"
                    + "    roost simulate --seed \(seed)" + (steps == 150 ? "" : " --steps \(steps)")
                failures.withLock { $0[seed] = line }
            }
        }
        let failed = failures.withLock { $0 }.sorted { $0.key < $1.key }
        for (_, line) in failed { Terminal.show(line) }
        Terminal.show("\(range.count) seeds, \(failed.count) failed")
        return failed.isEmpty
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
