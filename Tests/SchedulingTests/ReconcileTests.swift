import AWSModels
import AWSWire
import State
import Testing

@testable import Scheduling

@Suite("Reconciling a service") struct ReconcileTests {
    private func view(
        desired: Int, minimum: Int = 100, maximum: Int = 200, deployments: [String] = ["new"],
        state: ECS.DeploymentRolloutState = .inProgress, _ tasks: [TaskView]
    ) -> ServiceView {
        var service = ServiceRecord()
        service.cluster = "default"
        service.name = "web"
        service.desiredCount = desired
        service.settings.deploymentConfiguration.minimumHealthyPercent = minimum
        service.settings.deploymentConfiguration.maximumPercent = maximum
        service.deployments = deployments.enumerated().map { index, id in
            var deployment = DeploymentState()
            deployment.id = id
            deployment.status = index == 0 ? .primary : .active
            deployment.rolloutState = index == 0 ? state : .completed
            return deployment
        }
        return ServiceView(service: service, tasks: tasks)
    }

    private func running(_ id: String, _ deployment: String = "new", ageSeconds: Int = 60) -> TaskView {
        TaskView(
            id: id, deployment: deployment, lastStatus: .running,
            startedAt: noon.advanced(by: .seconds(-ageSeconds)), instanceID: "i", availabilityZone: "a")
    }

    private func decide(_ view: ServiceView) -> ServiceDecision {
        var context = DecisionContext.sample()
        return reconcile(view, &context)
    }

    @Test("starts what is missing and stops what is too much")
    func counts() {
        #expect(decide(view(desired: 3, [running("1")])).start == 2)
        let surplus = decide(view(desired: 1, state: .completed, [running("1"), running("2"), running("3")]))
        #expect(surplus.start == 0)
        #expect(surplus.stop.count == 2)
    }

    @Test("a pending task is the first to go")
    func victims() {
        let pending = TaskView(id: "9", deployment: "new", lastStatus: .pending)
        #expect(decide(view(desired: 1, state: .completed, [running("1"), pending])).stop.map(\.id) == ["9"])
    }

    struct Limits: Sendable {
        var desired: Int
        var minimum: Int
        var maximum: Int
        var starts: Int
        var stops: Int
    }

    /// Source: the examples of the Amazon ECS Developer Guide, Rolling update deployments.
    @Test(
        "a rolling update keeps within minimum and maximum percent",
        arguments: [
            Limits(desired: 4, minimum: 50, maximum: 100, starts: 0, stops: 2),
            Limits(desired: 2, minimum: 75, maximum: 200, starts: 2, stops: 0),
            Limits(desired: 3, minimum: 0, maximum: 125, starts: 0, stops: 3),
            Limits(desired: 1, minimum: 100, maximum: 200, starts: 1, stops: 0),
            Limits(desired: 1, minimum: 0, maximum: 100, starts: 0, stops: 1),
        ])
    func rolling(limits: Limits) {
        let tasks = (0..<limits.desired).map { running("old\($0)", "old") }
        let decision = decide(
            view(
                desired: limits.desired, minimum: limits.minimum, maximum: limits.maximum,
                deployments: ["new", "old"], tasks))
        #expect(decision.start == limits.starts)
        #expect(decision.stop.count == limits.stops)
    }

    /// Source: Amazon ECS Developer Guide, Rolling update deployments and Service event messages.
    @Test(
        "a roll-out is stuck when its percentages allow neither a start nor a stop",
        arguments: [
            (Limits(desired: 2, minimum: 75, maximum: 100, starts: 0, stops: 0), true),
            (Limits(desired: 3, minimum: 100, maximum: 125, starts: 0, stops: 0), true),
            (Limits(desired: 1, minimum: 50, maximum: 199, starts: 0, stops: 0), true),
            (Limits(desired: 4, minimum: 75, maximum: 100, starts: 0, stops: 1), false),
            (Limits(desired: 4, minimum: 100, maximum: 125, starts: 1, stops: 0), false),
        ])
    func stuck(limits: Limits, isStuck: Bool) {
        let tasks = (0..<limits.desired).map { running("old\($0)", "old") }
        let decision = decide(
            view(
                desired: limits.desired, minimum: limits.minimum, maximum: limits.maximum,
                deployments: ["new", "old"], tasks))
        #expect((decision.start, decision.stop.count) == (limits.starts, limits.stops))
        #expect(decision.isStuck == isStuck)
    }

    @Test("scale-in takes unready and ill tasks first, then from the fullest zone and its fullest instance")
    func scaleInOrder() {
        func task(_ id: String, _ zone: String, _ instance: String) -> TaskView {
            TaskView(
                id: id, deployment: "new", lastStatus: .running, startedAt: noon.advanced(by: .seconds(-60)),
                instanceID: instance, availabilityZone: zone)
        }
        var ill = task("8", "b", "b1")
        ill.health = .unhealthy
        ill.grace = .seconds(3_600)
        let pending = TaskView(
            id: "9", deployment: "new", lastStatus: .pending, instanceID: "b1", availabilityZone: "b")
        let tasks = [
            task("1", "b", "b1"), task("2", "a", "a1"), task("3", "a", "a2"), task("4", "a", "a2"), ill, pending,
        ]
        let stops = decide(view(desired: 0, state: .completed, tasks)).stop.map(\.id)
        #expect(stops == ["9", "8", "3", "2", "1", "4"])
    }

    @Test("an old task stops only when its replacement has run for 40 seconds")
    func settles() {
        let young = decide(
            view(desired: 1, deployments: ["new", "old"], [running("n", ageSeconds: 10), running("o", "old")]))
        #expect(young.stop.isEmpty)
        #expect(young.wakeAt == noon.advanced(by: .seconds(30)))
        let grown = decide(
            view(desired: 1, deployments: ["new", "old"], [running("n", ageSeconds: 40), running("o", "old")]))
        #expect(grown.stop.map(\.id) == ["o"])
    }

    @Test("is complete when only healthy tasks of the newest deployment are left")
    func completes() {
        let decision = decide(view(desired: 1, deployments: ["new", "old"], [running("n")]))
        #expect(decision.completes)
        #expect(decision.finished == ["old"])
        #expect(decision.isSteady)
        #expect(!decide(view(desired: 1, [running("n", ageSeconds: 5)])).completes)
    }

    private func protected(_ task: TaskView) -> TaskView {
        var task = task
        task.isProtected = true
        return task
    }

    @Test("scale-in spares protected tasks, also when they are more than the service wants")
    func protectionFromScaleIn() {
        let tasks = [protected(running("1")), running("2"), protected(running("3"))]
        let possible = decide(view(desired: 2, state: .completed, tasks))
        #expect(possible.stop.map(\.id) == ["2"])
        #expect(!possible.isScaleInBlocked)
        let blocked = decide(view(desired: 1, state: .completed, tasks))
        #expect(blocked.stop.map(\.id) == ["2"])
        #expect(blocked.isScaleInBlocked)
        #expect(!blocked.isSteady)
    }

    @Test("scale-in keeps a task that serves while the protected one that is to stay does not run yet")
    func protectionOfPending() {
        let pending = protected(TaskView(id: "9", deployment: "new", lastStatus: .pending))
        let waiting = decide(view(desired: 1, state: .completed, [running("1"), running("2"), pending]))
        #expect(waiting.stop.map(\.id) == ["2"] || waiting.stop.map(\.id) == ["1"])
        let ready = decide(view(desired: 1, state: .completed, [running("1"), protected(running("9"))]))
        #expect(ready.stop.map(\.id) == ["1"])
    }

    @Test("a roll-out waits for protected tasks, and for nothing else")
    func protectionFromRollout() {
        let tasks = [running("n1"), running("n2"), protected(running("o1", "old")), running("o2", "old")]
        let first = decide(view(desired: 2, deployments: ["new", "old"], tasks))
        #expect(first.stop.map(\.id) == ["o2"])
        let waiting = decide(view(desired: 2, deployments: ["new", "old"], Array(tasks[..<3])))
        #expect(waiting.stop.isEmpty)
        #expect(!waiting.completes)
        #expect(!waiting.isStuck)
        #expect(waiting.wakeAt == nil)
        #expect(decide(view(desired: 2, deployments: ["new", "old"], Array(tasks[..<2]))).completes)
    }

    @Test("a protected task that is found ill is replaced; a deleted service stops it")
    func endOfProtection() {
        var sick = protected(running("1"))
        sick.health = .unhealthy
        #expect(decide(view(desired: 1, state: .completed, [sick, running("2")])).stop.map(\.id) == ["1"])
        var deleted = view(desired: 0, state: .completed, [protected(running("1"))])
        deleted.service.status = .draining
        #expect(decide(deleted).stop.map(\.id) == ["1"])
    }

    @Test("an unhealthy task is replaced first, or stopped first when the maximum leaves no room")
    func unhealthy() {
        var sick = running("1")
        sick.health = .unhealthy
        let roomy = decide(view(desired: 1, state: .completed, [sick]))
        #expect(roomy.start == 1)
        #expect(roomy.stop.isEmpty)
        let tight = decide(view(desired: 1, minimum: 0, maximum: 100, state: .completed, [sick]))
        #expect(tight.stop.map(\.reason) == ["Task failed container health checks"])
    }

    @Test("what runs and was never judged stays until its replacements are healthy")
    func unjudged() {
        var old = [running("o1", "old"), running("o2", "old")]
        for index in old.indices { old[index].health = .unknown }
        var new = [TaskView(id: "n1", deployment: "new", lastStatus: .pending), running("n2")]
        new[1].health = .unknown
        let full = decide(view(desired: 2, deployments: ["new", "old"], old + new))
        #expect(full.start == 0)
        #expect(full.stop.isEmpty)
        new[1].health = .healthy
        #expect(decide(view(desired: 2, deployments: ["new", "old"], old + new)).stop.count == 1)
    }

    @Test("an unhealthy task stays while its replacement starts")
    func replacedWhileUnhealthy() {
        var sick = running("1")
        sick.health = .unhealthy
        let pending = TaskView(id: "2", deployment: "new", lastStatus: .pending)
        #expect(decide(view(desired: 1, state: .completed, [sick, pending])).stop.isEmpty)
        #expect(decide(view(desired: 1, state: .completed, [sick, running("2")])).stop.map(\.id) == ["1"])
    }

    @Test("young tasks on a draining instance are replaced before they stop")
    func drainingYoung() {
        var leaving = running("1", ageSeconds: 5)
        leaving.isInstanceActive = false
        let pending = TaskView(id: "2", deployment: "new", lastStatus: .pending)
        #expect(decide(view(desired: 1, state: .completed, [leaving, pending])).stop.isEmpty)
    }

    @Test("tasks on a draining instance are replaced before they stop")
    func draining() {
        var leaving = running("1")
        leaving.isInstanceActive = false
        let first = decide(view(desired: 1, state: .completed, [leaving]))
        #expect(first.start == 1)
        #expect(first.stop.isEmpty)
        #expect(decide(view(desired: 1, state: .completed, [leaving, running("2")])).stop.map(\.id) == ["1"])
    }

    /// Source: Amazon ECS Developer Guide, Container instance draining.
    @Test("a task on a draining instance that does not run yet stops at once")
    func drainingPending() {
        var pending = TaskView(id: "1", deployment: "new", lastStatus: .pending)
        pending.isInstanceActive = false
        let decision = decide(view(desired: 1, state: .completed, [pending]))
        #expect((decision.start, decision.stop.map(\.id)) == (1, ["1"]))
    }

    @Test("draining keeps to the percentages: without room above, the old task stops first")
    func drainingTight() {
        var leaving = running("1")
        leaving.isInstanceActive = false
        let tasks = [leaving, running("2")]
        let first = decide(view(desired: 2, minimum: 50, maximum: 100, state: .completed, tasks))
        #expect((first.start, first.stop.map(\.id)) == (0, ["1"]))
        let blocked = decide(view(desired: 2, minimum: 100, maximum: 100, state: .completed, tasks))
        #expect((blocked.start, blocked.stop.map(\.id)) == (0, []))
    }

    @Test("waits after tasks that could not start")
    func backsOff() {
        var view = view(desired: 1, [])
        view.service.deployments[0].notBefore = noon.advanced(by: .seconds(5))
        #expect(decide(view).start == 0)
        #expect(decide(view).wakeAt == noon.advanced(by: .seconds(5)))
    }

    @Test("a deleted service stops everything and ends when nothing runs")
    func drains() {
        var view = view(desired: 0, [running("1")])
        view.service.status = .draining
        #expect(decide(view).stop.map(\.id) == ["1"])
        view.tasks = []
        #expect(decide(view).becomesInactive)
    }
}
