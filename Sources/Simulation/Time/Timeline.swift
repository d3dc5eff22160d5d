import AWSWire
import State

/// Virtual time: what is to happen and when, and where chance comes from. Nothing in a world happens but by an event of
/// its timeline.
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
    package let trace: Trace
    private let seed: UInt64
    private let isCalm: Bool
    /// A binary heap, soonest first.
    private var events: [Event] = []
    private var nextNumber: UInt64 = 0

    /// - Parameter isCalm: whether the dice of all parts are calm.
    package init(seed: UInt64, trace: Trace, isCalm: Bool = false) {
        self.seed = seed
        self.trace = trace
        self.isCalm = isCalm
    }

    /// The chance of a part of the world: the same for a seed and a name.
    func dice(_ name: String) -> Dice { Dice(seed: Timeline.mix(seed, name), isCalm: isCalm) }

    /// The chance of a choice, which is one even if everything is calm: the same for a seed and a name.
    func choice(_ name: String) -> Dice { Dice(seed: Timeline.mix(seed, name)) }

    /// The seeds of decisions when everything is calm: what is done beside a decision does not change it. Nil for
    /// others.
    var calmSeed: (@Sendable (Revision) -> UInt64)? {
        guard isCalm else { return nil }
        let seed = seed
        return { (revision: Revision) -> UInt64 in Timeline.mix(seed, "revision \(revision)") }
    }

    /// FNV-1a.
    private static func mix(_ seed: UInt64, _ name: String) -> UInt64 {
        name.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ (seed &* 0x9E37_79B9_7F4A_7C15)) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
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

extension Timeline {
    /// Notes what happens now.
    func say(_ who: String, _ what: String, _ detail: String = "") { trace.note(now, who, what, detail) }
}
