import AWSWire
import Agent
import Control
import State

/// A region, its agents and its clients in one thread and virtual time. Everything that follows from a seed is the same
/// every time.
package final class World {
    /// What a run is made of.
    package struct Options {
        package var seed: UInt64
        /// How many things clients do before the faults stop.
        package var steps = 150
        /// What runs in the control loop; tests put broken ones in.
        package var controllers: [any Controller] = makeControllers()
        package var invariants: [any Invariant] = makeInvariants()
        /// Gets every line of the trace.
        package var sink: ((String) -> Void)?

        package init(seed: UInt64) {
            self.seed = seed
        }
    }

    /// How long the region has to become what it should be, once the faults have stopped.
    private static let convergence: Duration = .seconds(600)
    /// How long nothing may change after that.
    private static let silence: Duration = .seconds(600)

    let timeline: Timeline
    let evidence = Evidence()
    let server: SimulatedServer
    let hosts: [SimulatedHost]
    private let options: Options
    private var invariants: [any Invariant]
    private let faults: FaultInjector
    private let workload: Workload
    private var steps = 0
    private var failure: Failure?
    private var loud: [String]?
    /// The last state that was durable, also while the server is down.
    private(set) var durable: Snapshot

    package init(_ options: Options) {
        self.options = options
        invariants = options.invariants
        let realm = Realm(account: "000000000000", region: "us-east-1")
        durable = Snapshot(realm: realm)
        let timeline = Timeline(seed: options.seed, trace: Trace(sink: options.sink))
        self.timeline = timeline
        let server = SimulatedServer(timeline, realm, controllers: options.controllers, evidence: evidence)
        self.server = server
        let evidence = evidence
        let hosts = (1...timeline.number(2...4)).map { number in
            let name = "host\(number)"
            return SimulatedHost(
                name, timeline, Network(name, timeline, server), .simulated(number, timeline), evidence)
        }
        self.hosts = hosts
        faults = FaultInjector(timeline, server, hosts)
        workload = Workload(timeline, Network("client", timeline, server), hosts)
    }

    /// Lives through the workload, the faults, and the quiet after them.
    package func run() -> Report {
        server.start()
        for host in hosts { timeline.after(timeline.milliseconds(0...3_000)) { host.startAgent() } }
        workload.look = { [unowned self] in durable }
        faults.start(workload.network)
        workload.start(steps: options.steps)
        while !workload.isDone, failure == nil, step() {}
        calmDown()
        while !workload.isTidy, failure == nil, step() {}
        pass(World.convergence)
        judge("the region becomes what it should be", Converged(hosts: views, durable: durable).breach)
        loud = []
        pass(World.silence)
        judge("nothing changes in the quiet", loud?.first)
        return Report(
            seed: options.seed, steps: steps, duration: timeline.now - Timeline.start, failure: failure,
            trace: timeline.trace)
    }

    private func calmDown() {
        guard failure == nil else { return }
        timeline.say("world", "quiet")
        faults.stop()
        workload.tidyUp()
    }

    private func pass(_ duration: Duration) {
        let end = timeline.now.advanced(by: duration)
        while failure == nil, let next = timeline.nextTime, next <= end, step() {}
    }

    private func judge(_ name: String, _ breach: String?) {
        guard failure == nil, let breach else { return }
        failure = Failure(invariant: name, breach: breach, step: steps, time: Trace.time(timeline.now))
    }

    /// One event, and a look at everything after it.
    private func step() -> Bool {
        guard timeline.step() else { return false }
        steps += 1
        judge("the world holds", evidence.broken)
        look()
        return true
    }

    private func look() {
        if let process = server.process { durable = process.lane.durable }
        guard !evidence.isEmpty else { return }
        if loud != nil { noteCommits() }
        var scene = Scene(now: timeline.now, head: server.process?.lane.head ?? durable, durable: durable)
        scene.applied = evidence.applied
        scene.hardened = evidence.durable
        scene.isReloaded = evidence.loaded != nil
        if let loaded = evidence.loaded { scene.durable = loaded }
        scene.acknowledged = evidence.acknowledged + workload.takeAcknowledged()
        scene.acts = evidence.acts
        let areTasksChanged = scene.hardened.contains { if case .task = $0 { true } else { false } }
        scene.hosts = evidence.areHostsChanged || scene.isReloaded || areTasksChanged ? views : nil
        evidence.clear()
        for index in invariants.indices {
            judge(type(of: invariants[index]).name, invariants[index].check(scene))
        }
    }

    /// In the quiet only what has had its time may be removed.
    private func noteCommits() {
        for change in evidence.durable where change.stored.bytes != nil {
            loud?.append("\(change.name.kind.rawValue) \(change.name.key) was changed")
        }
    }

    private var views: [HostView] {
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
    fileprivate static func simulated(_ number: Int, _ timeline: Timeline) -> AgentConfiguration {
        guard let server = ServerURL("http://127.0.0.1:4566") else { preconditionFailure("the address can be read") }
        var configuration = AgentConfiguration(
            server: server, cluster: "default", region: "us-east-1",
            availabilityZone: number % 2 == 0 ? "us-east-1b" : "us-east-1a",
            credential: Credential(accessKeyID: "AKIDEXAMPLE", secretAccessKey: "none"), cpuUnits: 4_096,
            memoryMiB: 4_096, stateDirectory: "", engine: .simulated(SimulatedContainers.Delays()))
        if number > 1 { configuration.attributes["ecs.capacity-provider"] = Workload.capacityProvider }
        return configuration
    }
}
