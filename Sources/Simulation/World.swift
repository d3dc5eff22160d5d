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
        /// How many servers share the state; nil for what the seed says.
        package var servers: Int?
        /// The numbers of the deeds that are done; nil for all.
        package var kept: Set<Int>?
        /// Whether every delay is the shortest there is, and nothing goes wrong but by a deed.
        package var isCalm = false
        /// What runs in the control loop; tests put broken ones in.
        package var controllers: [any Controller] = makeControllers()
        package var invariants: [any Invariant] = makeInvariants()
        /// How likely a server is not told of what another has committed; tests break the store with it.
        package var deafness = 0.0
        /// Gets every line of the trace.
        package var sink: ((String) -> Void)?

        package init(seed: UInt64) {
            self.seed = seed
        }
    }

    /// When clients begin. By then everything they need is there.
    private static let start: Duration = .seconds(5)
    /// How long the region has to become what it should be, once the faults have stopped.
    private static let convergence: Duration = .seconds(600)
    /// How long nothing may change after that.
    private static let silence: Duration = .seconds(600)

    private let options: Options
    private let stage: Stage
    private let faults: FaultInjector
    private let workload: Workload
    private let plan: [Deed]
    private var deeds: [DeedLine] = []
    private var isDone = false
    private var loud: [String]?

    private var timeline: Timeline { stage.timeline }

    package init(_ options: Options) {
        self.options = options
        let timeline = Timeline(seed: options.seed, trace: Trace(sink: options.sink), isCalm: options.isCalm)
        let servers = options.servers ?? timeline.choice("servers").pick([1, 1, 2, 3]) ?? 1
        let stage = Stage(
            timeline, servers: servers, controllers: options.controllers, invariants: options.invariants)
        self.stage = stage
        stage.servers.store.deafness = options.deafness
        plan = Deed.plan(timeline.choice("plan"), steps: options.steps, from: World.start)
        for number in 1...timeline.choice("hosts").number(2...4) {
            _ = stage.addHost("host\(number)", World.agent(number))
        }
        for number in 1...(timeline.choice("balancers").pick([1, 1, 2]) ?? 1) {
            stage.addBalancer("balancer\(number)", zone: number == 1 ? "us-east-1a" : "us-east-1b")
        }
        faults = FaultInjector(timeline, stage.servers, stage.hosts, stage.balancers)
        workload = Workload(timeline, Network("client", timeline, stage.servers), stage.hosts)
    }

    private static func agent(_ number: Int) -> AgentConfiguration {
        var agent = AgentConfiguration.simulated(
            zone: number % 2 == 0 ? "us-east-1b" : "us-east-1a", cpuUnits: 4_096, memoryMiB: 4_096)
        let provider = number == 3 ? "asg" : Workload.capacityProvider
        if number > 1 { agent.attributes["ecs.capacity-provider"] = provider }
        return agent
    }

    /// Lives through the workload, the faults, and the quiet after them.
    package func run() -> Report {
        stage.watch = { [unowned self] changes, _ in noteCommits(changes) }
        stage.takeAcknowledged = { [workload] in workload.takeAcknowledged() }
        stage.servers.start()
        for host in stage.hosts { timeline.after(host.network.dice.milliseconds(0...3_000)) { host.startAgent() } }
        for node in stage.balancers { timeline.after(node.network.dice.milliseconds(0...3_000)) { node.start() } }
        stage.answers = { [workload] in workload.answers($0) }
        workload.look = { [stage] in stage.durable }
        workload.start()
        faults.start(workload.network, areCallsLost: plan.contains(where: \.isFault))
        schedule()
        while !isDone, stage.failure == nil, stage.step() {}
        calmDown()
        while !workload.isTidy, stage.failure == nil, stage.step() {}
        stage.pass(World.convergence)
        stage.judge(
            "the region becomes what it should be", Converged(hosts: stage.views, durable: stage.durable).breach)
        loud = []
        stage.pass(World.silence)
        stage.judge("nothing changes in the quiet", loud?.first)
        stage.judge("every server knows what is stored", stage.servers.disagreement)
        return Report(
            seed: options.seed, steps: stage.steps, duration: timeline.now - Timeline.start, failure: stage.failure,
            deeds: deeds, trace: timeline.trace)
    }

    private func schedule() {
        for deed in plan where options.kept?.contains(deed.number) ?? true {
            timeline.after(deed.time) { [self] in perform(deed) }
        }
        timeline.after(plan.last?.time ?? World.start) { [self] in isDone = true }
    }

    private func perform(_ deed: Deed) {
        let dice = timeline.choice("deed \(deed.number)")
        let text = deed.isFault ? faults.act(dice) : workload.act(dice)
        deeds.append(DeedLine(number: deed.number, time: Trace.time(timeline.now), text: text))
    }

    private func calmDown() {
        guard stage.failure == nil else { return }
        timeline.say("world", "quiet")
        faults.stop()
        workload.tidyUp()
    }

    /// In the quiet only what has had its time may be removed.
    private func noteCommits(_ changes: [Change]) {
        guard loud != nil else { return }
        for change in changes where change.stored.bytes != nil {
            loud?.append("\(change.name.kind.rawValue) \(change.name.key) was changed")
        }
    }
}
