import AWSWire

/// Breaks things, now and then, and mends them again.
///
/// Safe because a world runs in one thread.
final class FaultInjector: @unchecked Sendable {
    private enum Fault: CaseIterable {
        case serverCrash, agentCrash, engineDown, sessionsBreak, partition, diskFull, diskSlow, containerKilled,
            containerVanished
    }

    private let timeline: Timeline
    private let server: SimulatedServer
    private let hosts: [SimulatedHost]
    private var networks: [Network] = []
    private var isActive = false
    /// The mean time between two faults; nil for a world without.
    private let interval: Int?

    init(_ timeline: Timeline, _ server: SimulatedServer, _ hosts: [SimulatedHost]) {
        self.timeline = timeline
        self.server = server
        self.hosts = hosts
        interval = timeline.pick([nil, 40_000, 15_000, 15_000, 5_000] as [Int?]) ?? nil
    }

    /// Begins to break things.
    func start(_ client: Network) {
        networks = hosts.map(\.network) + [client]
        for host in hosts {
            host.engine.slowness = timeline.pick([20, 500, 2_000, 8_000]) ?? 0
        }
        guard let interval else { return }
        isActive = true
        let losses = [0, 0.02, 0.1]
        let loss = timeline.pick(losses) ?? 0
        for network in networks { network.loss = loss }
        for host in hosts { host.engine.pullFailure = timeline.chance(0.3) ? 0.1 : 0 }
        next(interval)
    }

    private func next(_ interval: Int) {
        timeline.after(timeline.milliseconds(0...2 * interval)) { [self] in
            guard isActive, let fault = timeline.pick(Fault.allCases), let host = timeline.pick(hosts) else { return }
            perform(fault, host)
            next(interval)
        }
    }

    private func perform(_ fault: Fault, _ host: SimulatedHost) {
        switch fault {
        case .serverCrash:
            server.crash()
            mend(0...20_000) { [self] in server.start() }
        case .agentCrash:
            host.crashAgent()
            mend(0...60_000) { host.startAgent() }
        case .engineDown:
            host.engine.goDown()
            mend(50...40_000) { host.engine.comeUp() }
        case .sessionsBreak:
            timeline.say(host.name, "sessions-break")
            host.network.cut()
        case .partition:
            timeline.say(host.name, "partition")
            host.network.partition()
            mend(100...240_000) { [self] in heal(host.network) }
        case .diskFull:
            timeline.say("store", "disk-full")
            server.store.isFull = true
            mend(100...10_000) { [self] in server.store.isFull = false }
        case .diskSlow:
            timeline.say("store", "disk-slow")
            server.store.isSlow = true
            mend(100...20_000) { [self] in server.store.isSlow = false }
        case .containerKilled: host.engine.killOne(isOutOfMemory: timeline.chance(0.5))
        case .containerVanished: host.engine.removeOne()
        }
    }

    /// Ends a fault after a while.
    private func mend(_ range: ClosedRange<Int>, _ body: @escaping () -> Void) {
        timeline.after(timeline.milliseconds(range), body)
    }

    private func heal(_ network: Network) {
        guard network.isPartitioned else { return }
        timeline.say(network.name, "heal")
        network.heal()
    }

    /// Mends everything; from now on nothing breaks.
    func stop() {
        isActive = false
        server.store.isFull = false
        server.store.isSlow = false
        server.start()
        for network in networks {
            network.loss = 0
            heal(network)
        }
        for host in hosts {
            host.engine.pullFailure = 0
            host.engine.slowness = min(host.engine.slowness, 2_000)
            host.engine.comeUp()
            host.startAgent()
            // Sessions begin anew, so that none reaches its age while nothing is to change.
            host.network.cut()
        }
    }
}
