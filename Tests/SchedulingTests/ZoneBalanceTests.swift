import AWSModels
import AWSWire
import State
import Testing

@testable import Scheduling

/// One look at the zones of a service at rest.
@Suite("The balance of zones") struct ZoneBalanceTests {
    /// A zone with tasks that run, each `true` when it may be stopped.
    struct Zone: Sendable {
        var tasks: [Bool]
        var isOpen = true

        init(_ free: Int, protected: Int = 0, isOpen: Bool = true) {
            tasks = [Bool](repeating: true, count: free) + [Bool](repeating: false, count: protected)
            self.isOpen = isOpen
        }
    }

    private func view(
        _ zones: [Zone], wanted: Int? = nil, maximum: Int = 200, extra: Int? = nil, young: Int = 0
    ) -> ServiceView {
        var service = ServiceRecord()
        service.cluster = "default"
        service.name = "web"
        service.settings.availabilityZoneRebalancing = .enabled
        service.settings.deploymentConfiguration.maximumPercent = maximum
        var deployment = DeploymentState()
        deployment.id = "ecs-svc/1"
        deployment.rolloutState = .completed
        service.deployments = [deployment]
        if let extra {
            service.rebalancing = RebalancingState()
            service.rebalancing?.extraTasks = extra
        }
        var tasks: [TaskView] = []
        let count = zones.reduce(0) { $0 + $1.tasks.count }
        for (number, zone) in zones.enumerated() {
            for isFree in zone.tasks {
                tasks.append(task(tasks.count, number, ageSeconds: tasks.count < count - young ? 60 : 5))
                tasks[tasks.count - 1].isProtected = !isFree
            }
        }
        service.desiredCount = wanted ?? tasks.count - (extra ?? 0)
        var view = ServiceView(service: service, tasks: tasks)
        view.zones = zones.enumerated().map { ServiceZone(name: name($0), isOpen: $1.isOpen) }
        return view
    }

    private func task(_ id: Int, _ zone: Int, _ status: TaskStatus = .running, ageSeconds: Int = 60) -> TaskView {
        TaskView(
            id: "\(name(zone))\(id)", deployment: "ecs-svc/1", lastStatus: status,
            startedAt: noon.advanced(by: .seconds(-ageSeconds)), instanceID: "i\(zone)", availabilityZone: name(zone))
    }

    private func name(_ number: Int) -> String { ["a", "b", "c", "d"][number] }

    private func decide(_ view: ServiceView) -> ServiceDecision {
        var context = DecisionContext.sample()
        return reconcile(view, &context)
    }

    private func starts(_ decision: ServiceDecision) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: (decision.rebalancing?.starts ?? []).map { ($0.zone, $0.tasks) })
    }

    private func stops(_ decision: ServiceDecision) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: (decision.rebalancing?.stops ?? []).map { ($0.zone, $0.tasks.count) })
    }

    struct Row: Sendable {
        var zones: [Zone]
        var maximum = 200
        var starts: [String: Int]
    }

    @Test(
        "tasks are started in the emptiest zones until no two differ by more than one",
        arguments: [
            Row(zones: [Zone(2), Zone(1)], starts: [:]),
            Row(zones: [Zone(2), Zone(0)], starts: ["b": 1]),
            Row(zones: [Zone(3), Zone(0)], starts: ["b": 1]),
            Row(zones: [Zone(4), Zone(0)], starts: ["b": 2]),
            Row(zones: [Zone(4), Zone(0), Zone(0)], starts: ["b": 1, "c": 1]),
            Row(zones: [Zone(7), Zone(0), Zone(2)], starts: ["b": 3, "c": 1]),
            Row(zones: [Zone(1), Zone(5), Zone(3)], starts: ["a": 2]),
            // A zone that takes no tasks does not count, but gives.
            Row(zones: [Zone(4), Zone(0, isOpen: false)], starts: [:]),
            Row(zones: [Zone(4, isOpen: false), Zone(0)], starts: ["b": 2]),
            Row(zones: [Zone(4), Zone(0, isOpen: false), Zone(2)], starts: ["c": 1]),
            // Protected tasks stay.
            Row(zones: [Zone(0, protected: 4), Zone(0)], starts: [:]),
            Row(zones: [Zone(1, protected: 5), Zone(0)], starts: ["b": 1]),
            Row(zones: [Zone(0, protected: 4), Zone(3), Zone(0)], starts: ["c": 1]),
            // No more than the maximum.
            Row(zones: [Zone(10), Zone(0)], maximum: 120, starts: ["b": 2]),
            Row(zones: [Zone(10), Zone(0), Zone(0)], maximum: 130, starts: ["b": 2, "c": 1]),
            Row(zones: [Zone(4), Zone(0)], maximum: 124, starts: [:]),
        ])
    func start(row: Row) {
        let decision = decide(view(row.zones, maximum: row.maximum))
        #expect(starts(decision) == row.starts)
        #expect(stops(decision).isEmpty && decision.starts.isEmpty && decision.stop.isEmpty)
        #expect((decision.rebalancing == nil) == row.starts.isEmpty)
        #expect(decision.rebalancing?.state.extraTasks ?? 0 == row.starts.values.reduce(0, +))
    }

    @Test("a task goes from the fullest zone for each new one that is healthy")
    func stop() {
        let waiting = decide(view([Zone(4), Zone(2)], extra: 2, young: 2))
        #expect(stops(waiting).isEmpty && starts(waiting).isEmpty && waiting.stop.isEmpty)
        #expect(waiting.wakeAt == noon.advanced(by: .seconds(35)))
        let half = decide(view([Zone(4), Zone(2)], extra: 2, young: 1))
        #expect(stops(half) == ["a": 1] && half.rebalancing?.state.extraTasks == 1)
        let ready = decide(view([Zone(4), Zone(2)], extra: 2))
        #expect(stops(ready) == ["a": 2] && ready.rebalancing?.state.extraTasks == 0)
        #expect(decide(view([Zone(5), Zone(3), Zone(4)], extra: 3)).rebalancing?.stops.map(\.zone) == ["a", "c"])
    }

    @Test("what comes after a stop begins with it, where the maximum was reached")
    func next() {
        let decision = decide(view([Zone(8), Zone(1)], maximum: 113, extra: 1))
        #expect(stops(decision) == ["a": 1] && starts(decision) == ["b": 1])
        #expect(decision.rebalancing?.state.extraTasks == 1 && decision.rebalancing?.state.attempts == 1)
    }

    @Test("a protected task is not stopped, though its zone is the fullest")
    func protected() {
        let decision = decide(view([Zone(0, protected: 4), Zone(2), Zone(1)], extra: 1))
        #expect(stops(decision) == ["b": 1])
        #expect(stops(decide(view([Zone(0, protected: 4), Zone(0, protected: 1)], extra: 1))).isEmpty)
    }

    @Test("more than was started for balance is too much, and goes at once")
    func surplus() {
        let decision = decide(view([Zone(4), Zone(2)], wanted: 3, extra: 2, young: 2))
        #expect(decision.stop.count == 3 && decision.rebalancing == nil)
    }

    @Test("nothing is started before its time, and each time in vain makes the next wait longer")
    func backOff() {
        var view = view([Zone(4), Zone(0)], extra: 0)
        view.service.rebalancing?.attempts = 5
        view.service.rebalancing?.notBefore = noon.advanced(by: .seconds(9))
        let early = decide(view)
        #expect(starts(early).isEmpty && early.rebalancing?.isOver == false)
        #expect(early.wakeAt == noon.advanced(by: .seconds(9)))
        view.service.rebalancing?.notBefore = noon
        let late = decide(view)
        #expect(starts(late) == ["b": 2] && late.rebalancing?.state.attempts == 6)
        #expect(late.rebalancing?.state.notBefore == noon.advanced(by: .seconds(32)))
    }

    @Test("a service that is not at rest is left alone")
    func restless() {
        let unbalanced = view([Zone(4), Zone(0)])
        #expect(decide(unbalanced).rebalancing != nil)
        var deploying = unbalanced
        deploying.service.changePrimary { $0.rolloutState = .inProgress }
        var disabled = unbalanced
        disabled.service.settings.availabilityZoneRebalancing = .disabled
        var unset = unbalanced
        unset.service.settings.availabilityZoneRebalancing = nil
        var pending = unbalanced
        pending.tasks[0] = task(0, 0, .pending)
        var ill = unbalanced
        ill.tasks[0].health = .unhealthy
        var missing = unbalanced
        missing.service.desiredCount = 5
        for view in [deploying, disabled, unset, pending, ill, missing] { #expect(decide(view).rebalancing == nil) }
    }

    @Test("zones are told in ECS's words")
    func words() {
        let counts = [("us-east-1a", 3), ("us-east-1b", 0), ("us-east-1c", 1)].map { ZoneCount(zone: $0, tasks: $1) }
        #expect(
            ZoneEvents.begun(counts)
                == "is not AZ balanced with 3 tasks in us-east-1a, 0 in us-east-1b, and 1 in us-east-1c. "
                + "AZ Rebalancing in progress.")
        #expect(
            ZoneEvents.completed(counts)
                == "is AZ balanced with 3 tasks in us-east-1a, 0 tasks in us-east-1b, and 1 tasks in us-east-1c.")
    }
}
