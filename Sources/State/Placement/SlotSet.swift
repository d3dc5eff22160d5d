/// A set of slots: 64 to a word, and only words that are not empty.
package struct SlotSet: Sendable {
    private struct Word {
        /// Slots `64 * index` and on.
        var index: Int
        var bits: UInt64
    }

    /// In order of their indexes.
    private var words: [Word] = []
    /// The number of slots in the set.
    package private(set) var count = 0

    package init() {}

    /// Whether `slot` is in the set.
    func contains(_ slot: Int) -> Bool { bits(ofBlock: slot / 64) & (1 << UInt64(slot % 64)) != 0 }

    /// The slots `64 * block` and on that are in the set, the first in the lowest bit.
    func bits(ofBlock block: Int) -> UInt64 {
        let position = position(of: block)
        return position < words.count && words[position].index == block ? words[position].bits : 0
    }

    /// Adds a slot that is not in the set.
    mutating func insert(_ slot: Int) {
        let position = position(of: slot / 64)
        if position == words.count || words[position].index != slot / 64 {
            words.insert(Word(index: slot / 64, bits: 0), at: position)
        }
        words[position].bits |= 1 << UInt64(slot % 64)
        count += 1
    }

    /// Removes a slot that is in the set.
    mutating func remove(_ slot: Int) {
        let position = position(of: slot / 64)
        words[position].bits &= ~(1 << UInt64(slot % 64))
        if words[position].bits == 0 { words.remove(at: position) }
        count -= 1
    }

    /// Where the word of `block` is or would be.
    private func position(of block: Int) -> Int {
        words.lowerBound { $0.index < block }
    }
}

extension Array {
    /// The index of the first element that is not before what is sought; the elements that are come first.
    func lowerBound(_ isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
