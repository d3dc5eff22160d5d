import AWSModels
import State

/// Finds the instance for one task without looking at all of them.
///
/// What concerns attributes is asked once for each class of instances; what is counted (room, tasks of the group) is
/// found by the index of the cluster. Only an instance that would be taken is put to all checks.
struct PlacementSearch {
    private let request: TaskRequest
    private let checks: PlacementChecks
    private let order: StrategyOrder
    private let snapshot: Snapshot
    private let index: InstanceIndex
    /// The numbers of the classes that are looked at.
    private let classes: [Int]
    private let spread: GroupSpread
    private let need: Room

    /// A class that may hold the instance.
    private struct Candidate {
        var instances: InstanceClass
        /// The group's tasks in the values of the attributes that are spread over, in their order.
        var tasks: [Int]
        /// The group's tasks on the instances of the class.
        var part: GroupSpread.Part?
    }

    /// - Parameter classes: the numbers of the classes whose attributes pass.
    init(
        _ checks: PlacementChecks, _ order: StrategyOrder, _ index: InstanceIndex, _ classes: [Int],
        in snapshot: Snapshot
    ) {
        request = checks.request
        self.checks = checks
        self.order = order
        self.snapshot = snapshot
        self.index = index
        self.classes = classes
        spread = snapshot.spread(of: request.group, in: request.cluster)
        need = Room(
            cpuUnits: request.need.cpuUnits, memoryMiB: request.need.memoryMiB, interfaces: request.need.interfaces,
            gpus: request.need.gpus)
    }

    /// The instance to take; nil when no instance passes the checks.
    func best(_ context: inout DecisionContext) -> ContainerInstanceRecord? {
        var left = candidates[...]
        while let first = left.first {
            let equals = left.prefix { $0.tasks == first.tasks }
            if let found = best(among: equals, &context) { return found }
            left = left.dropFirst(equals.count)
        }
        return nil
    }

    /// Whether there is an instance to take.
    var hasAny: Bool {
        candidates.contains { candidate in
            let found = find(in: candidate) { accepts in
                candidate.instances.first(
                    fitting: need, from: 0, excluding: excluded(of: candidate), accepts: accepts)
            }
            return found != nil
        }
    }

    private var candidates: [Candidate] {
        let counts = order.attributes.map(tasks(by:))
        let candidates = classes.compactMap { number -> Candidate? in
            let traits = index[number].traits
            guard request.capacityProvider == nil || request.capacityProvider == traits.capacityProvider else {
                return nil
            }
            return Candidate(
                instances: index[number],
                tasks: zip(order.attributes, counts).map { $1[traits.attributes[$0] ?? ""] ?? 0 },
                part: spread.part(of: number))
        }
        return candidates.sorted { $0.tasks.lexicographicallyPrecedes($1.tasks) }
    }

    /// The group's tasks by the value of an attribute.
    private func tasks(by attribute: String) -> [String: Int] {
        var counts: [String: Int] = [:]
        for part in spread.parts {
            counts[index[part.instanceClass].traits.attributes[attribute] ?? "", default: 0] += part.tasks
        }
        return counts
    }

    private func best(
        among candidates: ArraySlice<Candidate>, _ context: inout DecisionContext
    ) -> ContainerInstanceRecord? {
        switch order.rule {
        case .fewestOfGroup: fewestOfGroup(candidates)
        case .leastLeft(let lane): leastLeft(candidates, lane)
        case .random: random(candidates, &context)
        }
    }

    /// Looks among the instances with the fewest tasks of the group, then among those with one more, and so on.
    private func fewestOfGroup(_ candidates: ArraySlice<Candidate>) -> ContainerInstanceRecord? {
        let most = checks.wantsDistinctInstances ? 0 : candidates.reduce(0) { max($0, $1.part?.most ?? 0) }
        let fewest = candidates.map { $0.part?.fewest(of: $0.instances.count) ?? 0 }.min() ?? 0
        guard fewest <= most else { return nil }
        for count in fewest...most {
            var best: (found: ContainerInstanceRecord, tasks: Int)?
            for candidate in candidates {
                let excluded = candidate.part?.slots(above: count) ?? SlotSet()
                guard excluded.count < candidate.instances.count else { continue }
                let found = find(in: candidate) { accepts in
                    candidate.instances.fewestTasks(fitting: need, excluding: excluded, accepts: accepts)?.slot
                }
                guard let found else { continue }
                if found.tasks < best?.tasks ?? .max { best = found }
            }
            if let best { return best.found }
        }
        return nil
    }

    private func leastLeft(_ candidates: ArraySlice<Candidate>, _ lane: Room.Lane) -> ContainerInstanceRecord? {
        var best: (found: ContainerInstanceRecord, left: Int)?
        for candidate in candidates {
            var left = Int.max
            let found = find(in: candidate) { accepts in
                let least = candidate.instances.least(
                    lane, fitting: need, excluding: excluded(of: candidate), accepts: accepts)
                left = least?.left ?? .max
                return least?.slot
            }
            if let found, left < best?.left ?? .max { best = (found.found, left) }
        }
        return best?.found
    }

    /// Begins anywhere.
    private func random(
        _ candidates: ArraySlice<Candidate>, _ context: inout DecisionContext
    ) -> ContainerInstanceRecord? {
        let sum = candidates.reduce(0) { $0 + $1.instances.count }
        var start = Int.random(in: 0..<max(sum, 1), using: &context.random)
        let home = candidates.firstIndex { candidate in
            defer { start -= candidate.instances.count }
            return start < candidate.instances.count
        }
        guard let home else { return nil }
        let slot = start + candidates[home].instances.count
        for candidate in candidates[home...] + candidates[..<home] {
            let found = find(in: candidate) { accepts in
                candidate.instances.first(
                    fitting: need, from: slot, excluding: excluded(of: candidate), accepts: accepts)
            }
            if let found { return found.found }
        }
        return nil
    }

    /// Instances that hold a task of the group already, when the request wants distinct ones.
    private func excluded(of candidate: Candidate) -> SlotSet {
        checks.wantsDistinctInstances ? candidate.part?.slots(above: 0) ?? SlotSet() : SlotSet()
    }

    /// Runs a search in a class; what it would take is put to all checks.
    private func find(
        in candidate: Candidate, _ search: ((Int) -> Bool) -> Int?
    ) -> (found: ContainerInstanceRecord, tasks: Int)? {
        var last: ContainerInstanceRecord?
        let slot = search { slot in
            let key = ContainerInstanceRecord.key(request.cluster, candidate.instances.id(of: slot))
            guard let instance = snapshot.get(key), checks.failure(of: instance, in: snapshot) == nil else {
                return false
            }
            last = instance
            return true
        }
        guard let slot, let last else { return nil }
        return (last, candidate.instances.tasks(of: slot))
    }
}
