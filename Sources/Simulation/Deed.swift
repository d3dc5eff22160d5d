import AWSWire

/// Something that is done to a world: a call of a client, or a fault. What it is, is chosen when its time has come, by
/// chance of its own: a world without some of its deeds does the others as before, as far as it can.
struct Deed: Sendable, Equatable {
    /// The place in the plan, from 1.
    let number: Int
    /// Since the world began.
    let time: Duration
    let isFault: Bool

    /// Everything that is done to the world of a seed.
    /// - Parameters:
    ///   - steps: how many things clients do.
    ///   - start: when the first may happen.
    static func plan(_ dice: Dice, steps: Int, from start: Duration) -> [Deed] {
        var times: [(time: Duration, isFault: Bool)] = []
        var time = start
        for _ in 0..<steps {
            time += dice.milliseconds(0...4_000)
            times.append((time, false))
        }
        let end = time
        // The mean time between two faults; none for a world without.
        if let interval = dice.pick([nil, 40_000, 15_000, 15_000, 5_000] as [Int?]) ?? nil {
            time = start + dice.milliseconds(0...2 * interval)
            while time < end {
                times.append((time, true))
                time += dice.milliseconds(0...2 * interval)
            }
        }
        let ordered = times.sorted { $0.time < $1.time }
        return ordered.enumerated().map { Deed(number: $0 + 1, time: $1.time, isFault: $1.isFault) }
    }
}
