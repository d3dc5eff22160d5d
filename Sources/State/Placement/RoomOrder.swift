/// The open slots of one class in order of what they have left of one lane: where `binpack` finds the fullest instance
/// that still has room.
///
/// The order is cut into runs of at most 64. Every run says the most room of its slots, and a search looks only into
/// runs that can hold what it seeks.
struct RoomOrder: Sendable {
    private struct Entry {
        var room: Room
        var slot: Int32
    }

    private struct Run {
        var entries: [Entry]
        /// The most of each lane over the run's slots; no slot needs to have it all.
        var room: Room

        init(_ entries: [Entry]) {
            self.entries = entries
            room = entries.reduce(.closed) { $0.most($1.room) }
        }
    }

    private static let capacity = 64

    private let lane: Room.Lane
    private var runs: [Run] = []

    init(_ lane: Room.Lane) {
        self.lane = lane
    }

    /// Adds a slot that is not there.
    mutating func insert(_ slot: Int, _ room: Room) {
        let entry = Entry(room: room, slot: Int32(slot))
        guard !runs.isEmpty else {
            runs = [Run([entry])]
            return
        }
        let index = min(run(of: entry), runs.count - 1)
        let position = runs[index].entries.lowerBound { isBefore($0, entry) }
        runs[index].entries.insert(entry, at: position)
        runs[index].room = runs[index].room.most(room)
        if runs[index].entries.count > RoomOrder.capacity { split(index) }
    }

    /// Removes a slot that is there with `room`.
    mutating func remove(_ slot: Int, _ room: Room) {
        let entry = Entry(room: room, slot: Int32(slot))
        let index = run(of: entry)
        let position = runs[index].entries.lowerBound { isBefore($0, entry) }
        precondition(runs[index].entries[position].slot == entry.slot, "a slot stands where its room says")
        runs[index].entries.remove(at: position)
        if runs[index].entries.isEmpty { runs.remove(at: index) } else { mend(index) }
    }

    /// The slot that has least left of the lane of those with room for `need`, the first of several.
    /// - Parameters:
    ///   - excluded: slots that are not looked at.
    ///   - accepts: asked of a slot that would be taken; whether it may.
    func least(fitting need: Room, excluding excluded: SlotSet, accepts: (Int) -> Bool) -> (slot: Int, left: Int)? {
        let first = run(of: Entry(room: need, slot: -1))
        for run in runs[min(first, runs.count)...] where run.room.holds(need) {
            for entry in run.entries where entry.room.holds(need) && !excluded.contains(Int(entry.slot)) {
                if accepts(Int(entry.slot)) { return (Int(entry.slot), Int(entry.room[lane])) }
            }
        }
        return nil
    }

    private func isBefore(_ left: Entry, _ right: Entry) -> Bool {
        left.room[lane] != right.room[lane] ? left.room[lane] < right.room[lane] : left.slot < right.slot
    }

    /// The first run that does not end before `entry`.
    private func run(of entry: Entry) -> Int {
        runs.lowerBound { isBefore($0.entries[$0.entries.count - 1], entry) }
    }

    private mutating func split(_ index: Int) {
        let entries = runs[index].entries
        runs[index] = Run(Array(entries[..<(entries.count / 2)]))
        runs.insert(Run(Array(entries[(entries.count / 2)...])), at: index + 1)
    }

    /// Sums up a run that lost an entry, and joins it to the next one when both are small.
    private mutating func mend(_ index: Int) {
        if index + 1 < runs.count, runs[index].entries.count + runs[index + 1].entries.count <= RoomOrder.capacity / 2 {
            let next = runs.remove(at: index + 1)
            runs[index].entries += next.entries
        }
        runs[index] = Run(runs[index].entries)
    }
}
