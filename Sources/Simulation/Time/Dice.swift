import AWSWire

/// Chance, in the words of a world. Each part of a world has its own, so that what happens in one changes nothing by
/// chance in another.
///
/// Safe because a world runs in one thread.
final class Dice: @unchecked Sendable {
    var random: SeededRandom
    /// Whether nothing is left to chance: every delay is the shortest there is, and nothing goes wrong by itself.
    private let isCalm: Bool

    init(seed: UInt64, isCalm: Bool = false) {
        random = SeededRandom(seed: seed)
        self.isCalm = isCalm
    }

    /// True with a probability.
    func chance(_ probability: Double) -> Bool { !isCalm && Double.random(in: 0..<1, using: &random) < probability }

    /// A duration of so many milliseconds.
    func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }

    func number(_ range: ClosedRange<Int>) -> Int {
        isCalm ? range.lowerBound : Int.random(in: range, using: &random)
    }

    /// One of several; nil when there is none.
    func pick<T>(_ items: [T]) -> T? { items.isEmpty ? nil : items[number(0...items.count - 1)] }

    /// Independent chance for code of production.
    func fork() -> SeededRandom { SeededRandom(seed: random.next()) }

    /// The way of a message through the network.
    func latency() -> Duration { chance(0.02) ? milliseconds(50...2_000) : milliseconds(0...20) }
}
