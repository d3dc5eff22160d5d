/// Finds a name's index from its bytes, without making a text: a small open-addressing hash table.
struct NameTable: Sendable {
    /// All names behind one another.
    private var bytes: [UInt8] = []
    /// Where each name ends in `bytes`.
    private var ends: [Int] = []
    /// Indexes of names, or -1; a power of two in size, at most half full.
    private var slots: [Int16]

    init(_ names: [String]) {
        var size = 2
        while size < names.count * 2 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        for (index, name) in names.enumerated() {
            var name = name
            name.withUTF8 { text in
                bytes.append(contentsOf: text)
                ends.append(bytes.count)
                var slot = NameTable.hash(text) & (size - 1)
                while slots[slot] >= 0 { slot = (slot + 1) & (size - 1) }
                slots[slot] = Int16(index)
            }
        }
    }

    func index(_ name: UnsafeBufferPointer<UInt8>) -> Int? {
        var slot = NameTable.hash(name) & (slots.count - 1)
        while slots[slot] >= 0 {
            let index = Int(slots[slot])
            if isEqual(index, name) { return index }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private func isEqual(_ index: Int, _ name: UnsafeBufferPointer<UInt8>) -> Bool {
        let start = index == 0 ? 0 : ends[index - 1]
        guard ends[index] - start == name.count else { return false }
        return bytes.withUnsafeBufferPointer { bytes in
            for offset in 0..<name.count where bytes[start + offset] != name[offset] { return false }
            return true
        }
    }

    /// Length, ends and middle tell the names of one shape apart well enough.
    private static func hash(_ name: UnsafeBufferPointer<UInt8>) -> Int {
        guard let first = name.first, let last = name.last else { return 0 }
        let middle = name[name.count / 2]
        return name.count &* 7 &+ Int(first) &* 31 &+ Int(middle) &* 5 &+ Int(last) &* 3
    }
}
