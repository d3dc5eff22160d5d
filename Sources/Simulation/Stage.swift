import AWSWire
import Agent
import Control
import NodeNet
import State

/// A region and its machines in one thread and virtual time, and the invariants that look at them after every event.
final class Stage {
    let timeline: Timeline
    let evidence = Evidence()
    let servers: ServerFleet
    private(set) var hosts: [SimulatedHost] = []
    private(set) var balancers: [SimulatedBalancer] = []
    /// Whether what a task's containers run answers requests.
    var answers: (TaskRecord) -> Bool = { _ in true }
    private(set) var steps = 0
    private(set) var failure: Failure?
    private var invariants: [any Invariant]
    /// Gets what became durable in a step.
    var watch: ([Change], Snapshot) -> Void = { _, _ in }
    /// What clients were told since the last time.
    var takeAcknowledged: () -> [Acknowledgement] = { [] }

    /// The last state that was durable, also while no server runs.
    var durable: Snapshot { servers.store.truth }

    init(
        _ timeline: Timeline, servers count: Int = 1, controllers: [any Controller], invariants: [any Invariant]
    ) {
        self.timeline = timeline
        self.invariants = invariants
        let realm = Realm(account: "000000000000", region: "us-east-1")
        servers = ServerFleet(timeline, realm, count: count, controllers: controllers, evidence: evidence)
    }

    /// Adds a machine; its agent is not started.
    func addHost(_ name: String, _ configuration: AgentConfiguration) -> SimulatedHost {
        let host = SimulatedHost(name, timeline, Network(name, timeline, servers), configuration, evidence)
        hosts.append(host)
        return host
    }

    /// Adds a balancer node; its process is not started.
    func addBalancer(_ name: String, zone: String) {
        balancers.append(
            SimulatedBalancer(name, zone: zone, timeline, servers) { [unowned self] id, port in answers(id, port) })
    }

    /// Whether a request to a port of an instance is answered.
    private func answers(_ instance: String, _ port: Int) -> Bool {
        guard let host = hosts.first(where: { $0.journal.instanceID == instance }) else { return false }
        for container in host.engine.all {
            guard case .running(let start) = container.state, start.bindings.contains(where: { $0.hostPort == port })
            else { continue }
            let task = durable.get(Scene.key(ofTask: container.reference.task))
            return task.map { answers($0) } ?? true
        }
        return false
    }

    /// One event, and a look at everything after it.
    /// - Returns: false when nothing will ever happen again.
    func step() -> Bool {
        guard timeline.step() else { return false }
        steps += 1
        judge("the world holds", evidence.broken)
        look()
        return true
    }

    /// Lets time pass, until something breaks.
    func pass(_ duration: Duration) {
        let end = timeline.now.advanced(by: duration)
        while failure == nil, let next = timeline.nextTime, next <= end, step() {}
    }

    /// Takes a breach as the end of the run, if it is the first.
    func judge(_ name: String, _ breach: String?) {
        guard failure == nil, let breach else { return }
        failure = Failure(invariant: name, breach: breach, step: steps, time: Trace.time(timeline.now))
    }

    private func look() {
        guard !evidence.isEmpty else { return }
        watch(evidence.durable, durable)
        // Where several decide, what one of them has applied may never be: each decision counts when it is durable.
        for moment in evidence.moments.dropLast() {
            var scene = Scene(now: timeline.now, head: moment.head, durable: moment.head)
            (scene.applied, scene.hardened) = (moment.changes, moment.changes)
            check(scene)
        }
        var scene = Scene(now: timeline.now, head: servers.head, durable: durable)
        scene.applied = servers.store.isShared ? evidence.moments.last?.changes ?? [] : evidence.applied
        scene.hardened = servers.store.isShared ? evidence.moments.last?.changes ?? [] : evidence.durable
        scene.isReloaded = evidence.loaded != nil
        if let loaded = evidence.loaded { scene.durable = loaded }
        scene.acknowledged = evidence.acknowledged + takeAcknowledged()
        scene.acts = evidence.acts
        let areTasksChanged = evidence.durable.contains { if case .task = $0 { true } else { false } }
        scene.hosts = evidence.areHostsChanged || scene.isReloaded || areTasksChanged ? views : nil
        evidence.clear()
        check(scene)
    }

    private func check(_ scene: Scene) {
        for index in invariants.indices {
            judge(type(of: invariants[index]).name, invariants[index].check(scene))
        }
    }

    /// The hosts as invariants see them.
    var views: [HostView] {
        let records = durable.list(ContainerInstanceRecord.self)
        return hosts.map { host in
            let own = records.filter { $0.ec2InstanceID == host.journal.instanceID }
            return HostView(
                name: host.name, instances: own.sorted { $0.registeredAt < $1.registeredAt }.map(\.key),
                containers: host.engine.all)
        }
    }
}

extension AgentConfiguration {
    /// The agent of a simulated host.
    static func simulated(zone: String, cpuUnits: Int, memoryMiB: Int) -> AgentConfiguration {
        guard let server = ServerURL("http://127.0.0.1:4566") else { preconditionFailure("the address can be read") }
        return AgentConfiguration(
            server: server, cluster: "default", region: "us-east-1", availabilityZone: zone,
            credential: Credential(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "none"), cpuUnits: cpuUnits,
            memoryMiB: memoryMiB, stateDirectory: "", engine: .simulated(SimulatedContainers.Delays()))
    }
}
