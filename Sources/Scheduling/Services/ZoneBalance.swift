import AWSModels
import AWSWire
import State

/// What is done to balance the tasks of a service over the zones.
package struct Rebalancing: Sendable, Equatable {
    /// How far it is afterwards, when all is done that is to be done.
    package var state = RebalancingState()
    /// The tasks in each zone before, in order of the zones' names.
    package var counts: [ZoneCount] = []
    /// How many tasks to start, in which zones.
    package var starts: [ZoneCount] = []
    /// Which tasks to stop, in which zones.
    package var stops: [ZoneStop] = []
    /// Whether no more is to be done.
    package var isOver = false

    package init() {}

    /// Whether no two zones differ by more than one task.
    package var isBalanced: Bool {
        let most = counts.reduce(0) { max($0, $1.tasks) }
        return counts.allSatisfy { $0.tasks + 1 >= most }
    }
}

/// A number of tasks in a zone.
package struct ZoneCount: Sendable, Equatable {
    package var zone: String
    package var tasks: Int

    package init(zone: String, tasks: Int) {
        self.zone = zone
        self.tasks = tasks
    }
}

/// Tasks of one zone to stop.
package struct ZoneStop: Sendable, Equatable {
    package var zone: String
    package var tasks: [TaskStop]
}

/// One look at the zones of a service at rest: where two of them differ by more than one task, tasks are started in the
/// emptiest ones, as many as the maximum percent allows, and when they are healthy as many are stopped in the fullest.
///
/// Where no task can be placed none is started, and protected tasks are not stopped. Tasks that are started without one
/// being stopped for them, because they fail, are started more and more seldom.
/// Source: Amazon ECS Developer Guide, Balancing an Amazon ECS service across Availability Zones.
struct ZoneBalance {
    /// A zone that tasks cannot be placed in is looked at again after this time, if its instances do not change.
    static let retry: Duration = .seconds(60)

    /// A zone with what is counted of its tasks.
    private struct Zone {
        var name: String
        var tasks = 0
        /// Those that may be stopped.
        var free = 0
        /// Whether another one can be placed.
        var isOpen = false
    }

    private let view: ServiceView
    private let primary: DeploymentState
    private let now: Timestamp
    private let wanted: Int
    /// Tasks of the primary deployment that may stay.
    private let staying: [TaskView]
    /// Whether tasks are there that must be replaced.
    private let hasOutgoing: Bool
    /// In order of their names.
    private var zones: [Zone]
    private var balancing = Rebalancing()
    /// Whether tasks are to be started later.
    private var isHeldBack = false

    init(_ view: ServiceView, _ primary: DeploymentState, _ now: Timestamp) {
        self.view = view
        self.primary = primary
        self.now = now
        wanted = view.service.desiredCount
        let running = view.tasks.filter { $0.desiredStatus == .running }
        staying = running.filter { $0.mayStay(at: now) && $0.deployment == primary.id }
        hasOutgoing = staying.count < running.count
        zones = view.zones.map { Zone(name: $0.name, isOpen: $0.isOpen) }
        for task in staying { count(task) }
    }

    private mutating func count(_ task: TaskView) {
        guard let name = task.availabilityZone else { return }
        let index = zones.firstIndex { $0.name >= name } ?? zones.count
        if index == zones.count || zones[index].name != name { zones.insert(Zone(name: name), at: index) }
        zones[index].tasks += 1
        if !task.isProtected { zones[index].free += 1 }
    }

    /// Adds what is to be done for the balance to a decision about the tasks otherwise.
    /// - Returns: nil when nothing is to be done and nothing goes on.
    mutating func run(_ decision: inout ServiceDecision) -> Rebalancing? {
        guard view.service.rebalancing != nil || decision.isSteady else { return nil }
        balancing.counts = zones.map { ZoneCount(zone: $0.name, tasks: $0.tasks) }
        balancing.state = view.service.rebalancing ?? RebalancingState()
        let extra = max(0, staying.count - wanted)
        // Scaled in: what is too much goes as always.
        guard extra <= balancing.state.extraTasks else { return nil }
        balancing.state.extraTasks = extra
        guard decision.starts.isEmpty, decision.stop.isEmpty, !hasOutgoing else {
            return view.service.rebalancing == nil ? nil : balancing
        }
        stopExtra()
        startMore(&decision)
        balancing.isOver = balancing.state.extraTasks == 0 && !isHeldBack && decision.isSteady
        guard view.service.rebalancing != nil || !balancing.starts.isEmpty else { return nil }
        return balancing
    }

    // MARK: Stopping

    /// For each healthy task beyond the desired count one goes.
    private mutating func stopExtra() {
        let healthy = staying.count { $0.isHealthy(at: now) }
        let count = min(balancing.state.extraTasks, healthy - wanted)
        guard count > 0 else { return }
        let before = zones
        let stopped = takeFromFullest(count)
        for (index, zone) in before.enumerated() where zones[index].tasks < zone.tasks {
            let free = staying.filter { $0.availabilityZone == zone.name && !$0.isProtected }
            let victims = chooseVictims(
                zone.tasks - zones[index].tasks, among: free, of: staying, primary.capacityProviderStrategy,
                view.service.settings.placementStrategy, now)
            let stops = victims.map { TaskStop(id: $0.id, reason: scalingReason(primary.id)) }
            balancing.stops.append(ZoneStop(zone: zone.name, tasks: stops))
        }
        guard stopped > 0 else { return }
        balancing.state.extraTasks -= stopped
        balancing.state.attempts = 0
        balancing.state.notBefore = nil
    }

    /// Takes tasks away, each from the zone that has the most then.
    /// - Returns: how many; fewer than `count` when the others are protected.
    private mutating func takeFromFullest(_ count: Int) -> Int {
        for taken in 0..<count {
            guard let fullest = fullestZone else { return taken }
            zones[fullest].tasks -= 1
            zones[fullest].free -= 1
        }
        return count
    }

    /// The zone with the most tasks of those with one that may go.
    private var fullestZone: Int? {
        zones.indices.filter { zones[$0].free > 0 }.max { (zones[$0].tasks, $1) < (zones[$1].tasks, $0) }
    }

    // MARK: Starting

    /// Starts what is missing for the balance, once the extra tasks will have taken the places of others.
    private mutating func startMore(_ decision: inout ServiceDecision) {
        let total = wanted + balancing.state.extraTasks
        let room = wanted * view.service.settings.maximumPercent / 100 - total
        // Nothing can be planned while it is open where tasks will go.
        guard takeFromFullest(balancing.state.extraTasks) == balancing.state.extraTasks else { return }
        var starts = [Int](repeating: 0, count: zones.count)
        for _ in 0..<max(0, room) {
            guard let (fullest, emptiest) = nextMove else { break }
            zones[fullest].tasks -= 1
            zones[fullest].free -= 1
            zones[emptiest].tasks += 1
            starts[emptiest] += 1
        }
        lookAgain(&decision)
        let count = starts.reduce(0, +)
        guard count > 0 else { return }
        if let notBefore = [primary.notBefore, balancing.state.notBefore].compactMap(\.self).max(), notBefore > now {
            isHeldBack = true
            return decision.wake(at: notBefore)
        }
        balancing.starts = zip(zones, starts).filter { $1 > 0 }.map { ZoneCount(zone: $0.name, tasks: $1) }
        balancing.state.extraTasks += count
        balancing.state.attempts += 1
        balancing.state.notBefore = now.advanced(by: backOff(after: balancing.state.attempts))
    }

    /// The zones between which a task moves next; nil when none needs to, or can.
    private var nextMove: (fullest: Int, emptiest: Int)? {
        let open = zones.indices.filter { zones[$0].isOpen }
        guard let fullest = fullestZone, let emptiest = open.min(by: { (zones[$0].tasks, $0) < (zones[$1].tasks, $1) }),
            zones[emptiest].tasks + 1 < zones[fullest].tasks
        else { return nil }
        return (fullest, emptiest)
    }

    /// New tasks are waited for until they are healthy, and zones without room until they may have some.
    private func lookAgain(_ decision: inout ServiceDecision) {
        if balancing.state.extraTasks > 0, let next = staying.compactMap(\.settlesAt).filter({ $0 > now }).min() {
            decision.wake(at: next)
        }
        let most = zones.reduce(0) { max($0, $1.tasks) }
        if zones.contains(where: { !$0.isOpen && $0.tasks + 1 < most }) {
            decision.wake(at: now.advanced(by: ZoneBalance.retry))
        }
    }
}
