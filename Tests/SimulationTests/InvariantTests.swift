import AWSModels
import AWSWire
import Agent
import State
import Testing

@testable import Simulation

/// Each invariant can fail: a state that breaks it trips it, and the same without the break does not.
@Suite("Invariants") struct InvariantTests {
    private let start = Timeline.start

    /// An instance, a definition, a service and its running task.
    private func region(_ change: (inout Transaction) -> Void = { _ in }) -> Transaction {
        var tx = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var instance = ContainerInstanceRecord()
        (instance.cluster, instance.id, instance.cpuUnits, instance.memoryMiB) = ("default", "i1", 1_024, 1_024)
        tx.put(instance)
        var family = TaskDefinitionFamilyRecord()
        (family.family, family.latestRevision) = ("web", 1)
        tx.put(family)
        var definition = TaskDefinitionRecord()
        (definition.family, definition.revision) = ("web", 1)
        tx.put(definition)
        var service = ServiceRecord()
        (service.cluster, service.name, service.desiredCount) = ("default", "web", 1)
        var deployment = DeploymentState()
        deployment.id = "d1"
        service.deployments = [deployment]
        tx.put(service)
        tx.put(task("t1"))
        change(&tx)
        return tx
    }

    private func task(_ id: String, _ change: (inout TaskRecord) -> Void = { _ in }) -> TaskRecord {
        var task = TaskRecord()
        (task.cluster, task.id, task.family, task.revision, task.instanceID) = ("default", id, "web", 1, "i1")
        (task.service, task.deployment) = ("web", "d1")
        (task.createdAt, task.startedAt, task.lastStatus) = (start, start, .running)
        (task.cpuUnits, task.memoryMiB, task.hostPorts) = (256, 256, [80])
        change(&task)
        return task
    }

    /// The state and changes of a transaction, all of it durable.
    private func scene(_ tx: Transaction, _ change: (inout Scene) -> Void = { _ in }) -> Scene {
        var scene = Scene(now: start, head: tx.snapshot, durable: tx.snapshot)
        scene.applied = tx.changes
        scene.hardened = tx.changes
        change(&scene)
        return scene
    }

    /// What an invariant says of one scene after another.
    private func verdict(_ invariant: some Invariant, _ scenes: [Scene]) -> String? {
        var invariant = invariant
        for scene in scenes {
            if let breach = invariant.check(scene) { return breach }
        }
        return nil
    }

    private func running(_ id: String, _ container: String, port: Int = 80) -> SurveyedContainer {
        let binding = NetworkBinding(bindIP: "0.0.0.0", containerPort: 80, hostPort: port, protocol: "tcp")
        return SurveyedContainer(
            reference: ContainerReference(task: "arn:aws:ecs:us-east-1:0:task/default/\(id)", container: "app"),
            id: container, name: container,
            state: .running(ContainerStart(id: container, startedAt: start, bindings: [binding])))
    }

    private func host(_ containers: [SurveyedContainer], instance: String = "i1") -> HostView {
        HostView(name: "host1", instances: [ContainerInstanceRecord.key("default", instance)], containers: containers)
    }

    @Test("a sound region trips none")
    func sound() {
        let scene = scene(region()) { $0.hosts = [host([running("t1", "c1")])] }
        for invariant in makeInvariants() { #expect(verdict(invariant, [scene, scene]) == nil) }
    }

    @Test(
        "a status that goes back, a task that is to run again, a STOPPED task that changes",
        arguments: [
            { $0.lastStatus = .pending }, { $0.version = 0 },
            { (task: inout TaskRecord) in
                task.lastStatus = .stopped
            },
        ] as [@Sendable (inout TaskRecord) -> Void])
    func statusOnlyRises(change: @Sendable (inout TaskRecord) -> Void) {
        let later = region { $0.put(task("t1", change)) }
        #expect(verdict(StatusOnlyRises(), [scene(region()), scene(later)]) != nil)
        // After a crash nobody sees the change, only the result.
        let reloaded = scene(later) {
            $0.applied = []
            $0.hardened = []
            $0.isReloaded = true
        }
        #expect(verdict(StatusOnlyRises(), [scene(region()), reloaded]) != nil)
    }

    @Test(
        "too much CPU, too much memory, a port twice",
        arguments: [{ $0.cpuUnits = 800 }, { $0.memoryMiB = 800 }, { $0.hostPorts = [80] }]
            as [@Sendable (inout TaskRecord) -> Void])
    func resources(change: @Sendable (inout TaskRecord) -> Void) {
        let second = task("t2") {
            $0.hostPorts = []
            change(&$0)
        }
        #expect(verdict(ResourcesFit(), [scene(region { $0.put(second) })]) != nil)
    }

    @Test("tasks on an instance that is gone")
    func goneInstance() {
        let tx = region { $0.delete(ContainerInstanceRecord.key("default", "i1")) }
        #expect(verdict(ResourcesFit(), [scene(tx)]) != nil)
    }

    @Test("a daemon with two tasks on an instance, or with one on each of two")
    func daemons() {
        let first = task("t2") { $0.daemon = "logs" }
        for (place, isBroken) in [("i1", true), ("i2", false)] {
            let second = task("t3") { ($0.daemon, $0.instanceID) = ("logs", place) }
            let tx = region {
                $0.put(first)
                $0.put(second)
            }
            #expect((verdict(DaemonRunsOnce(), [scene(tx)]) != nil) == isBroken)
        }
    }

    @Test("fields that contradict each other")
    func fields() {
        let broken = [
            region { $0.put(task("t2") { $0.lastStatus = .stopping }) },
            region { $0.put(task("t2") { $0.startedAt = nil }) },
            region { $0.put(task("t2") { $0.revision = 7 }) },
            region { $0.update(ServiceRecord.key("default", "web")) { $0.deployments = [] } },
            region { $0.update(TaskDefinitionRecord.key("web", 1)) { $0.family = "other" } },
        ]
        for tx in broken { #expect(verdict(FieldsAgree(), [scene(tx)]) != nil) }
    }

    @Test("a restart that finds something else than what was durable")
    func stored() {
        let other = region { $0.update(ServiceRecord.key("default", "web")) { $0.desiredCount = 9 } }
        let reloaded = scene(other) {
            $0.applied = []
            $0.hardened = []
            $0.isReloaded = true
        }
        #expect(verdict(StoredIsDurable(), [scene(region()), reloaded]) != nil)
        // Applied and under way when the server died: it may be there.
        let underWay = scene(other) { $0.hardened = [] }
        #expect(verdict(StoredIsDurable(), [scene(region()), underWay, reloaded]) == nil)
    }

    @Test("an acknowledged task that is lost, and one that is removed before its time")
    func acknowledged() {
        let key = TaskRecord.key("default", "t1")
        let told = scene(region()) { $0.acknowledged = [.started(token: nil, tasks: [key])] }
        let gone = region { $0.delete(key) }
        let reloaded = scene(gone) {
            $0.applied = []
            $0.hardened = []
            $0.isReloaded = true
        }
        #expect(verdict(AcknowledgedSurvives(), [told, reloaded]) != nil)
        #expect(verdict(AcknowledgedSurvives(), [told, scene(gone)]) != nil)
        let stopped = scene(region()) { $0.acknowledged = [.stopped(key)] }
        #expect(verdict(AcknowledgedSurvives(), [stopped]) != nil)
    }

    @Test("a task set that is removed without being deleted", arguments: [TaskSetStatus.active, .draining])
    func taskSets(status: TaskSetStatus) {
        var set = TaskSetRecord()
        (set.cluster, set.service, set.digits, set.status) = ("default", "web", "1", status)
        // The same transaction would forget that it was ever there.
        var tx = Transaction(region { $0.put(set) }.snapshot)
        tx.delete(set.key)
        #expect((verdict(AcknowledgedSurvives(), [scene(tx)]) != nil) == (status == .active))
    }

    @Test("a client token with two results")
    func tokens() {
        let results = ["t1", "t2"].map { id in
            scene(region()) { $0.acknowledged = [.started(token: "a", tasks: [TaskRecord.key("default", id)])] }
        }
        #expect(verdict(OneResultPerToken(), [results[0], results[0]]) == nil)
        #expect(verdict(OneResultPerToken(), results) != nil)
        let nothing = scene(region()) { $0.acknowledged = [.started(token: "a", tasks: [])] }
        #expect(verdict(OneResultPerToken(), [nothing, results[0]]) == nil)
        #expect(verdict(OneResultPerToken(), [results[0], nothing]) != nil)
    }

    @Test("a service with too many tasks, or with too few after a stop")
    func percentages() {
        let many = region { tx in
            for id in ["t2", "t3"] { tx.put(task(id) { $0.hostPorts = [] }) }
        }
        #expect(verdict(ServiceWithinBounds(), [scene(many)]) != nil)
        let few = region { tx in
            tx.update(TaskRecord.key("default", "t1")) { task in
                task.requestStop(.serviceSchedulerInitiated, "Scaling activity", at: start)
            }
        }
        #expect(verdict(ServiceWithinBounds(), [scene(few)]) != nil)
    }

    @Test("a container that runs twice, elsewhere, or for no task, and a port that is bound twice")
    func placement() {
        let hosts = [
            host([running("t1", "c1", port: 80), running("t1", "c2", port: 81)]),
            host([running("t1", "c1")], instance: "i2"),
            host([running("t9", "c1")]),
        ]
        for host in hosts { #expect(verdict(PlacedOnce(), [scene(region()) { $0.hosts = [host] }]) != nil) }
        let second = region { $0.put(task("t2")) }
        let both = host([running("t1", "c1"), running("t2", "c2")])
        #expect(verdict(PlacedOnce(), [scene(second) { $0.hosts = [both] }]) != nil)
        let moved = region { $0.put(task("t1") { $0.instanceID = "i2" }) }
        #expect(verdict(PlacedOnce(), [scene(region()), scene(moved)]) != nil)
    }

    @Test("a container of a STOPPED task")
    func stopped() {
        let tx = region { $0.put(task("t1") { $0.lastStatus = .stopped }) }
        #expect(verdict(StoppedMeansStopped(), [scene(tx) { $0.hosts = [host([running("t1", "c1")])] }]) != nil)
    }

    @Test("an agent that starts what it was told to stop; a new one need only know what its journal says")
    func obedience() {
        let arn = "arn:aws:ecs:us-east-1:0:task/default/t1"
        let order = AgentAct.toldToStop(host: "host1", task: arn)
        let action = AgentAct.engine(
            host: "host1", .start(ContainerReference(task: arn, container: "app"), id: "c1"))
        func check(_ acts: [AgentAct]) -> String? { verdict(StopIsObeyed(), [scene(region()) { $0.acts = acts }]) }
        #expect(check([action, order]) == nil)
        #expect(check([order, action]) != nil)
        #expect(check([order, .agentStarted(host: "host1", stopping: []), action]) == nil)
        #expect(check([order, .agentStarted(host: "host1", stopping: [arn]), action]) != nil)
    }

    /// A group that a listener forwards to, and its target for the task `t1`.
    private func balanced(
        _ target: (inout TargetRecord) -> Void = { _ in }, _ change: (inout TaskRecord) -> Void = { _ in }
    ) -> Transaction {
        region { tx in
            var group = TargetGroupRecord()
            (group.name, group.id) = ("g", "1")
            tx.put(group)
            var listener = ListenerRecord()
            (listener.loadBalancer, listener.id) = ("app/front/1", "2")
            listener.defaultActions = [ELB.Action(type: .forward, targetGroupArn: group.arn(tx.realm))]
            tx.put(listener)
            var record = TargetRecord()
            (record.targetGroup, record.id, record.port) = (group.key.path, "i-1", 80)
            (record.task, record.service, record.health.state) = ("default/t1", "default/web", .healthy)
            target(&record)
            tx.put(record)
            var revision = ServiceRevisionRecord()
            (revision.cluster, revision.service, revision.id) = ("default", "web", "r1")
            revision.settings.loadBalancers = [
                ECS.LoadBalancer(targetGroupArn: group.arn(tx.realm), containerName: "app", containerPort: 80)
            ]
            tx.put(revision)
            tx.update(ServiceRecord.key("default", "web")) { $0.deployments[0].serviceRevision = "r1" }
            let registered = RegisteredTarget(targetGroup: group.arn(tx.realm), id: "i-1", port: 80)
            tx.put(
                task("t1") { task in
                    task.targets = [registered]
                    change(&task)
                })
        }
    }

    @Test("an agent that is told to stop a task while its target is there")
    func drainFirst() {
        let order = AgentAct.toldToStop(host: "host1", task: "arn:aws:ecs:us-east-1:0:task/default/t1")
        func check(_ tx: Transaction) -> String? {
            verdict(TargetsDrainFirst(), [scene(tx) { $0.acts = [order] }])
        }
        #expect(check(balanced()) != nil)
        #expect(check(balanced({ $0.drainingSince = start })) != nil)
        #expect(check(balanced({ $0.task = "default/t9" })) == nil)
        #expect(check(balanced({ _ in }, { $0.lastStatus = .stopped })) == nil)
    }

    @Test("a target of a task that is to stop or is gone, and one place for two tasks")
    func liveTargets() {
        func check(_ tx: Transaction) -> String? { verdict(TargetsAreLive(), [scene(tx)]) }
        let stop: (inout TaskRecord) -> Void = { ($0.desiredStatus, $0.lastStatus) = (.stopped, .deactivating) }
        #expect(check(balanced()) == nil)
        #expect(check(balanced({ _ in }, stop)) != nil)
        #expect(check(balanced({ $0.drainingSince = start }, stop)) == nil)
        #expect(check(balanced({ $0.task = "default/t9" })) != nil)
        var twin = balanced()
        twin.put(task("t2"))
        var record = TargetRecord()
        (record.targetGroup, record.id, record.port, record.task) = ("h/1", "i-1", 80, "default/t2")
        twin.put(record)
        #expect(check(twin) != nil)
    }

    @Test("an address that nobody has, or another task")
    func addresses() {
        func check(owner: String?, _ change: (inout TaskRecord) -> Void = { _ in }) -> String? {
            var interface = TaskInterface()
            interface.address = "172.31.0.4"
            return verdict(
                AddressesAreOwn(),
                [
                    scene(
                        region { tx in
                            tx.update(TaskRecord.key("default", "t1")) { task in
                                (task.interfaceCount, task.interfaces) = (1, [interface])
                                change(&task)
                            }
                            guard let owner else { return }
                            var record = NetworkInterfaceRecord()
                            (record.address, record.task) = ("172.31.0.4", owner)
                            tx.put(record)
                        })
                ])
        }
        #expect(check(owner: "default/t1") == nil)
        #expect(check(owner: "default/t2") != nil)
        #expect(check(owner: nil) != nil)
        #expect(check(owner: nil) { $0.interfaces = [] } != nil)
        #expect(check(owner: nil) { ($0.instanceID, $0.interfaces) = (nil, []) } == nil)
        #expect(check(owner: nil) { $0.lastStatus = .stopped } == nil)
    }

    @Test("a service whose last healthy task goes, though another one runs")
    func healthyPercentage() {
        func stopped(other: (inout TaskRecord) -> Void) -> Transaction {
            var tx = balanced()
            tx.put(task("t2", other))
            tx.update(TaskRecord.key("default", "t1")) { task in
                task.requestStop(.serviceSchedulerInitiated, "Scaling activity", at: start)
            }
            tx.update(TargetRecord.key(TargetGroupRecord.key("g", "1"), "i-1", 80)) { $0.drainingSince = start }
            return tx
        }
        #expect(verdict(ServiceWithinBounds(), [scene(stopped { _ in })]) != nil)
    }

    @Test("targets that are not what the tasks say")
    func convergedTargets() {
        func breach(_ tx: Transaction) -> String? {
            Converged(hosts: [host([running("t1", "c1")])], durable: tx.snapshot).breach
        }
        #expect(breach(balanced()) == nil)
        #expect(breach(balanced({ $0.health.state = .unhealthy })) != nil)
        #expect(breach(balanced({ $0.drainingSince = start })) != nil)
        #expect(breach(balanced({ $0.task = nil })) != nil)
        #expect(breach(balanced({ _ in }, { $0.targets = [] })) != nil)
    }

    @Test("a region that did not become what it should be")
    func convergence() {
        #expect(Converged(hosts: [host([running("t1", "c1")])], durable: region().snapshot).breach == nil)
        let few = region { $0.update(ServiceRecord.key("default", "web")) { $0.desiredCount = 2 } }
        #expect(Converged(hosts: [], durable: few.snapshot).breach != nil)
        let orphan = host([running("t1", "c1"), running("t2", "c2")])
        #expect(Converged(hosts: [orphan], durable: region().snapshot).breach != nil)
        let pending = region { $0.put(task("t2") { ($0.service, $0.lastStatus) = (nil, .pending) }) }
        #expect(Converged(hosts: [host([running("t1", "c1")])], durable: pending.snapshot).breach != nil)
    }
}
