import AWSWire
import Testing

@testable import State

@Suite("How a group is spread") struct GroupSpreadTests {
    private func place(_ slot: Int, of instanceClass: Int = 0) -> InstancePlace {
        InstancePlace(
            instanceClass: instanceClass, slot: slot,
            traits: InstanceClass.Traits(capacityProvider: nil, attributes: [:]), whole: .closed)
    }

    @Test("agrees with counts in a dictionary over thousands of tasks that come and go", arguments: UInt64(1)...3)
    func counts(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var spread = GroupSpread()
        var counts = [Int](repeating: 0, count: 130)
        for step in 0..<6_000 {
            let slot = Int.random(in: 0..<130, using: &random)
            // At first tasks come, at last they go.
            if Int.random(in: 0..<6_000, using: &random) > step {
                spread.add(place(slot))
                counts[slot] += 1
            } else if counts[slot] > 0 {
                spread.remove(place(slot))
                counts[slot] -= 1
            }
            guard step.isMultiple(of: 500) else { continue }
            let part = spread.part(of: 0)
            #expect((0..<130).map { part?.count(in: $0) ?? 0 } == counts)
            #expect(part?.tasks ?? 0 == counts.reduce(0, +) && part?.most ?? 0 == counts.max())
            #expect(part?.fewest(of: 130) ?? 0 == counts.min())
        }
    }

    @Test("classes are counted apart, and one without tasks is not there")
    func classes() {
        var spread = GroupSpread()
        for _ in 0..<100 { spread.add(place(3, of: 2)) }
        spread.add(place(3, of: 1))
        #expect(spread.parts.map(\.instanceClass) == [1, 2] && spread.part(of: 2)?.count(in: 3) == 100)
        for _ in 0..<100 { spread.remove(place(3, of: 2)) }
        spread.remove(place(3, of: 1))
        #expect(spread.isEmpty && spread.part(of: 2) == nil)
    }
}
