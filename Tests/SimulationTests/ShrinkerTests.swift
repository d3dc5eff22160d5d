import Control
import Testing

@testable import Simulation

/// A seed that fails is made a short story.
@Suite("Shrinking") struct ShrinkerTests {
    private func shrink(
        _ seed: UInt64, steps: Int, controllers: [any Controller]
    ) throws -> (first: Report, result: Shrinker.Result) {
        var options = World.Options(seed: seed)
        options.steps = steps
        options.controllers = controllers
        let report = World(options).run()
        var shrinker = try #require(Shrinker(options, report))
        return (report, shrinker.shrink())
    }

    @Test("a scheduler that starts too many tasks needs one service to fail")
    func oneCall() throws {
        let (first, result) = try shrink(2, steps: 60, controllers: [Tripling(), RetentionController()])
        #expect(first.deeds.count > 1)
        #expect(result.kept.count == 1)
        #expect(result.report.failure?.invariant == first.failure?.invariant)
        #expect(result.report.deeds.first?.text.hasPrefix("CreateService {") ?? false)
        // The numbers of the short story are those of the long one.
        let line = first.deeds.first { $0.number == result.kept.first }
        #expect(line?.text == result.report.deeds.first?.text)
    }

    @Test("the short story replays, and says how")
    func replay() throws {
        let controllers: [any Controller] = [Tripling(), RetentionController()]
        let result = try shrink(2, steps: 60, controllers: controllers).result
        var options = World.Options(seed: 2)
        (options.steps, options.controllers) = (60, controllers)
        (options.kept, options.isCalm) = (Set(result.kept), result.isCalm)
        #expect(World(options).run().failure == result.report.failure)
        let numbers = result.kept.map { "\($0)" }.joined(separator: ",")
        #expect(result.text("roost simulate --seed 2 --steps 60").contains("--seed 2 --steps 60 --keep \(numbers)"))
    }

    @Test("what fails by itself needs nothing to be done")
    func nothing() throws {
        let result = try shrink(4, steps: 6, controllers: makeControllers() + [Restless()]).result
        #expect(result.kept.isEmpty)
        #expect(result.isCalm)
    }

    @Test("a run that passes cannot be shrunk")
    func passes() {
        var options = World.Options(seed: 1)
        options.steps = 5
        #expect(Shrinker(options, World(options).run()) == nil)
    }
}
