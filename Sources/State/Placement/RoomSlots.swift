/// The instances of one class in slots: where one with room and few tasks is found without looking at each.
///
/// Slots stand in blocks of 64. Every block says the most room and the fewest tasks of its open slots, and a search
/// looks only into blocks that can hold something better than what it has.
struct RoomSlots: Sendable {
    private struct Summary {
        /// The most of each lane over the block's slots; no slot needs to have it all.
        var room = Room.closed
        /// The fewest tasks of an open slot.
        var tasks = Int32.max
    }

    private var blocks: [Block] = []
    /// Beside `blocks`.
    private var summaries: [Summary] = []
    /// Slots that were left, the last one first.
    private var free: [Int] = []

    /// The number of slots in use.
    var count: Int { blocks.count * 64 - free.count }

    /// The id of the instance in `slot`.
    func id(of slot: Int) -> String { blocks[slot / 64].ids[slot % 64] }

    /// The room in `slot`.
    func room(of slot: Int) -> Room { blocks[slot / 64].rooms[slot % 64] }

    /// The number of tasks in `slot`.
    func tasks(of slot: Int) -> Int { Int(blocks[slot / 64].tasks[slot % 64]) }

    /// Some instance; nil when there is none.
    var anyID: String? { blocks.lazy.filter { $0.used != 0 }.first.map { $0.ids[$0.used.trailingZeroBitCount] } }

    /// Takes a slot for an instance; it is closed until its room is set.
    mutating func insert(_ id: String) -> Int {
        if free.isEmpty {
            free = (blocks.count * 64..<blocks.count * 64 + 64).reversed()
            blocks.append(Block())
            summaries.append(Summary())
        }
        let slot = free.removeLast()
        withBlock(slot / 64) { block in
            block.used |= 1 << UInt64(slot % 64)
            block.ids[slot % 64] = id
        }
        return slot
    }

    /// Leaves a slot that is closed.
    mutating func remove(_ slot: Int) {
        withBlock(slot / 64) { block in
            block.used &= ~(1 << UInt64(slot % 64))
            block.ids[slot % 64] = ""
        }
        free.append(slot)
    }

    /// Says what is left and how many tasks there are in a slot.
    mutating func set(_ slot: Int, _ room: Room, tasks: Int) {
        summaries[slot / 64] = withBlock(slot / 64) { block in
            block.rooms[slot % 64] = room
            block.tasks[slot % 64] = Int32(clamping: tasks)
            var summary = Summary()
            for index in block.rooms.indices {
                summary.room = summary.room.most(block.rooms[index])
                if block.rooms[index] != .closed { summary.tasks = min(summary.tasks, block.tasks[index]) }
            }
            return summary
        }
    }

    /// The slot with room for `need` and the fewest tasks, the first of several.
    /// - Parameters:
    ///   - excluded: slots that are not looked at.
    ///   - accepts: asked of a slot that would be taken; whether it may.
    func fewestTasks(
        fitting need: Room, excluding excluded: SlotSet, accepts: (Int) -> Bool
    ) -> (slot: Int, tasks: Int)? {
        var best: Int?
        var fewest = Int32.max
        for index in blocks.indices
        where summaries[index].tasks < fewest && summaries[index].room.holds(need) {
            let block = blocks[index]
            var left = block.used & ~excluded.bits(ofBlock: index)
            while left != 0 {
                let bit = left.trailingZeroBitCount
                left &= left - 1
                guard block.tasks[bit] < fewest, block.rooms[bit].holds(need), accepts(index * 64 + bit) else {
                    continue
                }
                (best, fewest) = (index * 64 + bit, block.tasks[bit])
            }
        }
        return best.map { ($0, Int(fewest)) }
    }

    /// The first slot from `start` on, and then from the first, with room for `need` that `accepts` takes.
    func first(fitting need: Room, from start: Int, excluding excluded: SlotSet, accepts: (Int) -> Bool) -> Int? {
        guard !blocks.isEmpty else { return nil }
        let (home, bit) = ((start / 64) % blocks.count, UInt64(start % 64))
        // The block of the start comes twice: first from the start on, at last what is before it.
        for step in 0...blocks.count {
            let index = (home + step) % blocks.count
            guard summaries[index].room.holds(need) else { continue }
            var left = blocks[index].used & ~excluded.bits(ofBlock: index)
            if step == 0 { left &= ~0 << bit }
            if step == blocks.count { left &= ~(~0 << bit) }
            while left != 0 {
                let bit = left.trailingZeroBitCount
                left &= left - 1
                if blocks[index].rooms[bit].holds(need), accepts(index * 64 + bit) { return index * 64 + bit }
            }
        }
        return nil
    }

    private mutating func withBlock<T>(_ index: Int, _ body: (Block) -> T) -> T {
        if !isKnownUniquelyReferenced(&blocks[index]) { blocks[index] = blocks[index].copy() }
        return body(blocks[index])
    }
}

/// 64 slots.
///
/// `@unchecked Sendable`. Safe because a block is changed only by slots that hold the one reference to it.
private final class Block: @unchecked Sendable {
    /// Which slots are in use, the first in the lowest bit.
    var used: UInt64 = 0
    var rooms = [Room](repeating: .closed, count: 64)
    var tasks = [Int32](repeating: 0, count: 64)
    /// The ids of the instances; empty for slots that are not in use.
    var ids = [String](repeating: "", count: 64)

    func copy() -> Block {
        let block = Block()
        block.used = used
        block.rooms = rooms
        block.tasks = tasks
        block.ids = ids
        return block
    }
}
