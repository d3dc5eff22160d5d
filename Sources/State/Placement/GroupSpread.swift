/// How the tasks of one group that are meant to run are spread over the instances of a cluster.
package struct GroupSpread: Sendable {
    /// The group's tasks on the instances of one class.
    package struct Part: Sendable {
        /// The class's number.
        package let instanceClass: Int
        package fileprivate(set) var tasks = 0
        /// At `n`: the slots of the instances with more than `n` of the tasks. Each set holds the next one.
        fileprivate(set) var levels = Levels()

        /// The most of the tasks that one instance has.
        package var most: Int { levels.count }

        /// The fewest of the tasks that one of `instances` instances of the class has, which are all there are.
        package func fewest(of instances: Int) -> Int { levels.firstIndex { $0.count < instances } }

        fileprivate init(_ instanceClass: Int) {
            self.instanceClass = instanceClass
        }

        /// The slots of the instances with more than `count` of the tasks.
        package func slots(above count: Int) -> SlotSet { count < levels.count ? levels[count] : SlotSet() }

        /// The number of the tasks in one slot.
        func count(in slot: Int) -> Int { levels.firstIndex { !$0.contains(slot) } }
    }

    /// In order of the classes' numbers; none without tasks.
    package private(set) var parts: [Part] = []

    var isEmpty: Bool { parts.isEmpty }

    /// The group's tasks on the instances of a class; nil when there are none.
    package func part(of instanceClass: Int) -> Part? {
        let position = parts.lowerBound { $0.instanceClass < instanceClass }
        return position < parts.count && parts[position].instanceClass == instanceClass ? parts[position] : nil
    }

    /// Counts one task more on an instance.
    mutating func add(_ place: InstancePlace) {
        let position = parts.lowerBound { $0.instanceClass < place.instanceClass }
        if position == parts.count || parts[position].instanceClass != place.instanceClass {
            parts.insert(Part(place.instanceClass), at: position)
        }
        let level = parts[position].count(in: place.slot)
        if level == parts[position].levels.count { parts[position].levels.append(SlotSet()) }
        parts[position].levels[level].insert(place.slot)
        parts[position].tasks += 1
    }

    /// Counts one task less on an instance that has one.
    mutating func remove(_ place: InstancePlace) {
        let position = parts.lowerBound { $0.instanceClass < place.instanceClass }
        let level = parts[position].count(in: place.slot) - 1
        parts[position].levels[level].remove(place.slot)
        if parts[position].levels[level].count == 0 { parts[position].levels.removeLast() }
        parts[position].tasks -= 1
        if parts[position].tasks == 0 { parts.remove(at: position) }
    }
}

/// Sets of slots of which each holds the next one: kept in pieces, so that a change copies few of many.
struct Levels: Sendable {
    private static let pieceSize = 32

    private var pieces: [[SlotSet]] = []
    private(set) var count = 0

    subscript(level: Int) -> SlotSet {
        get { pieces[level / Levels.pieceSize][level % Levels.pieceSize] }
        _modify { yield &pieces[level / Levels.pieceSize][level % Levels.pieceSize] }
    }

    mutating func append(_ slots: SlotSet) {
        if count.isMultiple(of: Levels.pieceSize) { pieces.append([]) }
        pieces[count / Levels.pieceSize].append(slots)
        count += 1
    }

    mutating func removeLast() {
        count -= 1
        pieces[count / Levels.pieceSize].removeLast()
        if count.isMultiple(of: Levels.pieceSize) { pieces.removeLast() }
    }

    /// The first level of which something is so, that is so of all that follow; their number when of none.
    func firstIndex(where isSo: (SlotSet) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isSo(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
