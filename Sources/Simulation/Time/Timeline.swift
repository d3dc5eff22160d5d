import AWSWire

/// Virtual time: what is to happen and when, and the one source of chance. Nothing in a world happens but by an event
/// of its timeline.
///
/// `@unchecked Sendable`, as everything of a world: the code under test wants closures it may call from any thread.
/// Safe because a world runs in one thread.
package final class Timeline: @unchecked Sendable {
    private struct Event {
        var time: Timestamp
        var number: UInt64
        var body: () -> Void

        func isBefore(_ other: Event) -> Bool { (time, number) < (other.time, other.number) }
    }

    /// 2026-01-01T00:00:00Z.
    package static let start = Timestamp(milliseconds: 1_767_225_600_000)

    package private(set) var now = Timeline.start
    package var random: SeededRandom
    package let trace: Trace
    /// Whether nothing is left to chance: every delay is the shortest there is, and nothing goes wrong by itself.
    let isCalm: Bool
    /// A binary heap, soonest first.
    private var events: [Event] = []
    private var nextNumber: UInt64 = 0

    package init(seed: UInt64, trace: Trace, isCalm: Bool = false) {
        random = SeededRandom(seed: seed)
        self.trace = trace
        self.isCalm = isCalm
    }

    /// When the next event comes; nil when nothing will ever happen again.
    var nextTime: Timestamp? { events.first?.time }

    /// Lets `body` happen after `delay`; events of one time happen in the order they were asked for.
    func after(_ delay: Duration, _ body: @escaping () -> Void) {
        events.append(Event(time: now.advanced(by: max(.zero, delay)), number: nextNumber, body: body))
        nextNumber += 1
        rise(events.count - 1)
    }

    /// Lets the next event happen.
    /// - Returns: false when there is none.
    func step() -> Bool {
        guard let event = events.first else { return false }
        let last = events.removeLast()
        if !events.isEmpty {
            events[0] = last
            sink(0)
        }
        now = event.time
        event.body()
        return true
    }

    private func rise(_ index: Int) {
        var index = index
        while index > 0, events[index].isBefore(events[(index - 1) / 2]) {
            events.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private func sink(_ index: Int) {
        var index = index
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < events.count {
                if events[child].isBefore(events[least]) { least = child }
            }
            guard least != index else { return }
            events.swapAt(index, least)
            index = least
        }
    }
}

/// Chance, in the words of a world.
extension Timeline {
    /// True with a probability.
    func chance(_ probability: Double) -> Bool { !isCalm && Double.random(in: 0..<1, using: &random) < probability }

    /// A duration of so many milliseconds.
    func milliseconds(_ range: ClosedRange<Int>) -> Duration { .milliseconds(number(range)) }

    func number(_ range: ClosedRange<Int>) -> Int {
        isCalm ? range.lowerBound : Int.random(in: range, using: &random)
    }

    /// One of several; nil when there is none.
    func pick<T>(_ items: [T]) -> T? { items.isEmpty ? nil : items[number(0...items.count - 1)] }

    /// Independent chance for a part of the world.
    func fork() -> SeededRandom { SeededRandom(seed: random.next()) }

    /// The way of a message through the network.
    func latency() -> Duration { chance(0.02) ? milliseconds(50...2_000) : milliseconds(0...20) }

    /// Notes what happens now.
    func say(_ who: String, _ what: String, _ detail: String = "") { trace.note(now, who, what, detail) }
}
