import AWSWire
import NodeLink

/// A balancer node: it keeps what it was told on its disk, checks targets and says how they are.
///
/// Safe because a world runs in one thread.
final class SimulatedBalancer: @unchecked Sendable {
    let name: String
    let zone: String
    let network: Network
    private let timeline: Timeline
    private let dice: Dice
    /// Whether a request to a port of an instance is answered.
    private let answers: (String, Int) -> Bool
    private(set) var configuration: BalancerConfiguration?
    private var targets: [String: [CheckedTarget]] = [:]
    private var link: Link?
    private var lastHeard = Timeline.start
    private var isRunning = false
    /// Counts starts, so that what a dead process wanted is told from what a living one wants.
    private var generation = 0

    init(
        _ name: String, zone: String, _ timeline: Timeline, _ servers: ServerFleet,
        answers: @escaping (String, Int) -> Bool
    ) {
        self.name = name
        self.zone = zone
        self.timeline = timeline
        self.answers = answers
        network = Network(name, timeline, servers)
        dice = timeline.dice("balancer \(name)")
    }

    /// Starts the process, unless it runs.
    func start() {
        guard !isRunning else { return }
        isRunning = true
        generation += 1
        timeline.say(name, "balancer-start", "number \(generation)")
        dial()
        beat()
        check()
    }

    /// Kills the process. What it was told is on its disk; how its targets are it has to find out anew.
    func crash() {
        guard isRunning else { return }
        timeline.say(name, "balancer-crash")
        isRunning = false
        link?.abort(.agent)
        link = nil
        for group in targets.keys { targets[group] = targets[group]?.map { CheckedTarget($0.target) } }
    }

    /// Does something later, if the same process still lives then.
    private func after(_ delay: Duration, _ body: @escaping () -> Void) {
        let generation = generation
        timeline.after(delay) { [self] in if isRunning, generation == self.generation { body() } }
    }

    // MARK: The session

    private func dial() {
        guard let process = network.reachable else { return redial() }
        let link = Link(timeline, network)
        link.attach(.agent) { [self] in
            received($0)
        } closed: { [self] _ in
            guard self.link === link else { return }
            self.link = nil
            redial()
        }
        process.admit(balancer: link)
        self.link = link
        lastHeard = timeline.now
        send(
            .hello(
                BalancerHello(name: name, zone: zone, pool: "10.99.0.0/24", hostAddress: "10.0.0.1", version: "1")))
        report(everything: true)
    }

    private func redial() { after(dice.milliseconds(500...5_000)) { [self] in dial() } }

    private func beat() {
        after(.seconds(30)) { [self] in
            if let link, timeline.now - lastHeard > .seconds(90) {
                link.close(from: .agent, code: 1_001)
                self.link = nil
                redial()
            }
            send(.heartbeat)
            beat()
        }
    }

    private func send(_ message: BalancerNodeMessage) { link?.send(message.frame, from: .agent) }

    private func received(_ frame: [UInt8]) {
        guard isRunning, let message = try? BalancerServerMessage(frame: frame) else { return }
        lastHeard = timeline.now
        switch message {
        case .configuration(let configuration): apply(configuration)
        case .targets(let message): take(message)
        case .heartbeat, .unknown: break
        }
    }

    private func apply(_ configuration: BalancerConfiguration) {
        after(dice.milliseconds(5...800)) { [self] in
            guard configuration.revision >= self.configuration?.revision ?? 0 else { return }
            self.configuration = configuration
            timeline.say(name, "applied", "revision \(configuration.revision)")
            send(.applied(BalancerApplied(revision: configuration.revision, problems: [])))
        }
    }

    private func take(_ message: BalancerTargets) {
        let known = targets[message.targetGroup] ?? []
        targets[message.targetGroup] = message.targets.map { target in
            var checked = known.first { $0.target.id == target.id && $0.target.port == target.port }
            // What was draining and is registered again is a new target.
            if checked?.target.state == .draining, target.state == .active { checked = nil }
            checked?.target = target
            return checked ?? CheckedTarget(target)
        }
        after(dice.milliseconds(10...1_000)) { [self] in check(message.targetGroup, isFirst: true) }
        for target in message.targets where target.state == .draining {
            after(dice.milliseconds(10...2_000)) { [self] in
                send(
                    .drained(
                        BalancerDrained(targetGroup: message.targetGroup, target: target.id, port: target.port)))
            }
        }
    }

    // MARK: Checks

    private func check() {
        after(.seconds(10)) { [self] in
            for group in targets.keys.sorted() { check(group, isFirst: false) }
            check()
        }
    }

    /// - Parameter isFirst: whether only targets that were never checked are.
    private func check(_ group: String, isFirst: Bool) {
        guard let check = configuration?.targetGroups.first(where: { $0.id == group })?.healthCheck else { return }
        for index in targets[group, default: []].indices {
            let checked = targets[group, default: []][index]
            guard checked.target.state == .active, !isFirst || checked.isNew else { continue }
            let isGood = answers(checked.target.id, checked.target.port)
            targets[group]?[index].judge(isGood, check)
        }
        report(everything: false)
    }

    private func report(everything: Bool) {
        var changes: [BalancerHealth.Change] = []
        for group in targets.keys.sorted() {
            for index in targets[group, default: []].indices {
                guard targets[group]?[index].target.state == .active,
                    let change = targets[group]?[index].change(in: group, everything: everything)
                else { continue }
                changes.append(change)
            }
        }
        if !changes.isEmpty, link != nil { send(.health(BalancerHealth(changes: changes))) }
    }
}

/// A target, and what its checks have shown.
private struct CheckedTarget {
    var target: BalancerTargets.Target
    private var state = BalancerHealth.State.initial
    private var successes = 0
    private var failures = 0
    /// What was told last.
    private var told: BalancerHealth.State?

    var isNew: Bool { successes == 0 && failures == 0 }

    init(_ target: BalancerTargets.Target) {
        self.target = target
    }

    /// One good answer is enough for a new target; later the thresholds count.
    mutating func judge(_ isGood: Bool, _ check: BalancerConfiguration.HealthCheck) {
        (successes, failures) = isGood ? (successes + 1, 0) : (0, failures + 1)
        switch state {
        case .initial where isGood: state = .healthy
        case .unhealthy where successes >= check.healthyThreshold: state = .healthy
        case .initial where failures >= check.unhealthyThreshold: state = .unhealthy
        case .healthy where failures >= check.unhealthyThreshold: state = .unhealthy
        default: break
        }
    }

    /// What the server is to hear; nil for nothing new.
    mutating func change(in group: String, everything: Bool) -> BalancerHealth.Change? {
        guard everything || told != state else { return nil }
        told = state
        return BalancerHealth.Change(
            targetGroup: group, target: target.id, port: target.port, state: state,
            reason: state == .unhealthy ? "Target.FailedHealthChecks" : nil,
            description: state == .unhealthy ? "Health checks failed" : nil)
    }
}
