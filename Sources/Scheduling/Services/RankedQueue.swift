/// Numbers by rank, the lowest first, whose ranks may change while they wait: then a number is pushed again, and what
/// was pushed before is passed over.
struct RankedQueue<Rank: Comparable> {
    private var heap: [(rank: Rank, number: Int)] = []

    /// Adds a number. It may be there already, with this rank or another.
    mutating func push(_ number: Int, _ rank: Rank) {
        heap.append((rank, number))
        var child = heap.count - 1
        while child > 0, heap[child].rank < heap[(child - 1) / 2].rank {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// The number of the lowest rank, which stays.
    /// - Parameter rank: the rank that a number has now; nil for one that is not wanted any more.
    mutating func first(_ rank: (Int) -> Rank?) -> Int? {
        while let top = heap.first {
            if rank(top.number) == top.rank { return top.number }
            removeFirst()
        }
        return nil
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].rank < heap[least].rank { least = child }
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}
