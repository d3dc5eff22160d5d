import AWSModels
import State

/// What is counted over all tasks that are left while a service is scaled in.
struct ScaleInTally {
    private let strategy: [ECS.CapacityProviderStrategyItem]
    private let placement: ECS.PlacementStrategyType
    private var byProvider: [String: Int] = [:]
    private var byGroup: [String: Int] = [:]
    private var byInstance: [String: Int] = [:]
    /// What tasks that went leave on their instances.
    private var freed: [String: Int] = [:]

    /// - Parameter placement: the type of the service's first strategy; without one tasks are spread.
    init(
        _ tasks: [TaskView], _ strategy: [ECS.CapacityProviderStrategyItem],
        _ placement: ECS.PlacementStrategyType?
    ) {
        self.strategy = strategy
        self.placement = placement ?? .spread
        for task in tasks { add(task, 1) }
    }

    private mutating func add(_ task: TaskView, _ count: Int) {
        byProvider[task.capacityProvider ?? "", default: 0] += count
        byGroup[task.spreadGroup, default: 0] += count
        byInstance[task.instanceID ?? "", default: 0] += count
    }

    /// Counts a task that goes.
    mutating func remove(_ task: TaskView) {
        add(task, -1)
        freed[task.instanceID ?? "", default: 0] += task.packing?.share ?? 0
    }

    /// The capacity providers, the one that is farthest above its share first.
    var providers: [String] { CapacityShares(strategy, counts: byProvider.filter { $0.value > 0 }).shrinkOrder }

    /// The group that the task is chosen from.
    func group(of task: TaskView) -> String { placement == .spread ? task.spreadGroup : "" }

    /// The instance that the task is chosen from: at random it makes no difference.
    func instance(of task: TaskView) -> String { placement == .random ? "" : task.instanceID ?? "" }

    /// Of two tasks on one instance the one that leaves more goes first, when they are packed.
    func gain(of task: TaskView) -> Int {
        placement == .binpack ? (task.packing?.left ?? 0) + (task.packing?.share ?? 0) : 0
    }

    /// How full a group is: tasks go from the fullest.
    func fullness(of group: String) -> Int { placement == .spread ? byGroup[group] ?? 0 : 0 }

    /// How much there is for a task to go from its instance: of spread tasks it is the fullest that gives, of packed
    /// ones the one that has the most left afterwards.
    func pull(on task: TaskView) -> Int {
        let instance = task.instanceID ?? ""
        return switch placement {
        case .spread: byInstance[instance] ?? 0
        case .binpack: gain(of: task) + (freed[instance] ?? 0)
        // Ids are random.
        case .random: 0
        }
    }
}

/// The order in which tasks of equal worth go. Each choice costs a logarithm: tasks that are chosen from together lie
/// on one shelf, shelves lie in their groups, and both are looked for in queues.
struct ScaleInOrder {
    /// The tasks of one capacity provider, group and instance; the next to go is the last.
    private struct Shelf {
        let group: Int
        let instance: String
        var tasks: [TaskView]
    }

    /// The shelves of one capacity provider whose tasks are spread together.
    private struct Group {
        let provider: String
        let name: String
        var shelves = RankedQueue<ShelfRank>()
    }

    /// Less goes first.
    private struct ShelfRank: Comparable {
        let pull: Int
        let id: String

        static func < (a: Self, b: Self) -> Bool { a.pull == b.pull ? a.id < b.id : a.pull > b.pull }
    }

    private struct GroupRank: Comparable {
        let fullness: Int
        let first: ShelfRank

        static func < (a: Self, b: Self) -> Bool {
            a.fullness == b.fullness ? a.first < b.first : a.fullness > b.fullness
        }
    }

    /// The counts over all tasks that are left.
    private(set) var tally: ScaleInTally
    private var shelves: [Shelf] = []
    private var groups: [Group] = []
    private var groupsByProvider: [String: RankedQueue<GroupRank>] = [:]
    private var shelvesByInstance: [String: [Int]] = [:]
    private var groupsByName: [String: [Int]] = [:]

    /// - Parameter tally: the counts over these tasks and all that go after them.
    init(_ tasks: [TaskView], _ tally: ScaleInTally) {
        self.tally = tally
        // What goes first comes last: the end of a shelf is what is taken.
        let ordered = tasks.sorted { a, b in
            let (left, right) = (tally.gain(of: a), tally.gain(of: b))
            return left == right ? a.id > b.id : left < right
        }
        var numbers: [[String]: Int] = [:]
        for task in ordered {
            let name = [task.capacityProvider ?? "", tally.group(of: task), tally.instance(of: task)]
            if let number = numbers[name] {
                shelves[number].tasks.append(task)
            } else {
                numbers[name] = shelves.count
                shelvesByInstance[name[2], default: []].append(shelves.count)
                shelves.append(Shelf(group: group(name[1], of: name[0]), instance: name[2], tasks: [task]))
            }
        }
        for number in shelves.indices { queue(shelf: number) }
        for number in groups.indices { queue(group: number) }
    }

    /// The number of a group, which is made when there is none.
    private mutating func group(_ name: String, of provider: String) -> Int {
        if let found = groupsByName[name]?.first(where: { groups[$0].provider == provider }) { return found }
        groupsByName[name, default: []].append(groups.count)
        groups.append(Group(provider: provider, name: name))
        return groups.count - 1
    }

    /// Takes the task that goes next; nil when none is left.
    mutating func next() -> TaskView? {
        let providers = groupsByProvider.count > 1 ? tally.providers : Array(groupsByProvider.keys)
        for provider in providers {
            guard let group = firstGroup(of: provider), let number = firstShelf(of: group) else { continue }
            let task = shelves[number].tasks.removeLast()
            tally.remove(task)
            requeue(after: number)
            return task
        }
        return nil
    }

    private mutating func firstGroup(of provider: String) -> Int? {
        var queue = groupsByProvider.removeValue(forKey: provider)
        defer { groupsByProvider[provider] = queue }
        return queue?.first { rank(ofGroup: $0) }
    }

    private mutating func firstShelf(of group: Int) -> Int? {
        var queue = RankedQueue<ShelfRank>()
        swap(&queue, &groups[group].shelves)
        defer { swap(&queue, &groups[group].shelves) }
        return queue.first { rank(ofShelf: $0) }
    }

    private func rank(ofShelf number: Int) -> ShelfRank? {
        shelves[number].tasks.last.map { ShelfRank(pull: tally.pull(on: $0), id: $0.id) }
    }

    private mutating func rank(ofGroup number: Int) -> GroupRank? {
        guard let first = firstShelf(of: number).flatMap(rank(ofShelf:)) else { return nil }
        return GroupRank(fullness: tally.fullness(of: groups[number].name), first: first)
    }

    private mutating func queue(shelf number: Int) {
        guard let rank = rank(ofShelf: number) else { return }
        groups[shelves[number].group].shelves.push(number, rank)
    }

    private mutating func queue(group number: Int) {
        guard let rank = rank(ofGroup: number) else { return }
        groupsByProvider[groups[number].provider, default: RankedQueue()].push(number, rank)
    }

    /// Ranks anew what a task that went from a shelf has changed: the shelves on its instance, and the groups of those
    /// and of its own name. There is one for each capacity provider.
    private mutating func requeue(after shelf: Int) {
        let touched = shelvesByInstance[shelves[shelf].instance] ?? []
        for number in touched { queue(shelf: number) }
        let name = groups[shelves[shelf].group].name
        let moved = Set(touched.map { shelves[$0].group }).union(groupsByName[name] ?? [])
        for number in moved.sorted() { queue(group: number) }
    }
}
