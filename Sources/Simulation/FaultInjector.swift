import AWSWire

/// Breaks things, and mends them again.
///
/// Safe because a world runs in one thread.
final class FaultInjector: @unchecked Sendable {
    private enum Fault: CaseIterable {
        case serverCrash, storeCut, agentCrash, engineDown, sessionsBreak, partition, diskFull, diskSlow, journalFull,
            containerKilled, containerVanished, balancerCrash, balancerPartition
    }

    private let timeline: Timeline
    private let servers: ServerFleet
    private let hosts: [SimulatedHost]
    private let balancers: [SimulatedBalancer]
    private var networks: [Network] = []

    init(
        _ timeline: Timeline, _ servers: ServerFleet, _ hosts: [SimulatedHost], _ balancers: [SimulatedBalancer]
    ) {
        self.timeline = timeline
        self.servers = servers
        self.hosts = hosts
        self.balancers = balancers
    }

    /// Makes machines and ways as bad as they are in this world.
    /// - Parameter areCallsLost: whether calls and answers may be lost, and pulls fail.
    func start(_ client: Network, areCallsLost: Bool) {
        let dice = timeline.dice("faults")
        networks = hosts.map(\.network) + balancers.map(\.network) + [client]
        for host in hosts { host.engine.slowness = dice.pick([20, 500, 2_000, 8_000]) ?? 0 }
        guard areCallsLost else { return }
        let losses = [0, 0.02, 0.1]
        let loss = dice.pick(losses) ?? 0
        for network in networks { network.loss = loss }
        for host in hosts { host.engine.pullFailure = dice.chance(0.3) ? 0.1 : 0 }
    }

    /// Breaks something.
    /// - Returns: what, and for how long.
    func act(_ dice: Dice) -> String {
        guard let fault = dice.pick(Fault.allCases), let host = dice.pick(hosts),
            let server = dice.pick(servers.servers), let node = dice.pick(balancers)
        else { return "nothing" }
        switch fault {
        case .serverCrash:
            server.crash()
            return mend("\(server.name) is killed", dice.milliseconds(0...20_000)) { server.start() }
        case .storeCut:
            timeline.say(server.name, "store-cut")
            server.cut()
            let time = dice.milliseconds(10...30_000)
            return mend("\(server.name) cannot reach the store", time) { server.mend() }
        case .agentCrash:
            host.crashAgent()
            return mend("the agent of \(host.name) is killed", dice.milliseconds(0...60_000)) { host.startAgent() }
        case .engineDown:
            host.engine.goDown()
            return mend("the engine of \(host.name) is gone", dice.milliseconds(50...40_000)) { host.engine.comeUp() }
        case .sessionsBreak:
            timeline.say(host.name, "sessions-break")
            host.network.cut()
            return "the sessions of \(host.name) break"
        case .partition:
            timeline.say(host.name, "partition")
            host.network.partition()
            return mend("\(host.name) cannot be reached", dice.milliseconds(100...240_000)) { [self] in
                heal(host.network)
            }
        case .diskFull:
            timeline.say("store", "disk-full")
            servers.store.isFull = true
            return mend("the disk is full", dice.milliseconds(100...10_000)) { [self] in servers.store.isFull = false }
        case .diskSlow:
            timeline.say("store", "disk-slow")
            servers.store.isSlow = true
            return mend("the disk is slow", dice.milliseconds(100...20_000)) { [self] in servers.store.isSlow = false }
        case .journalFull:
            timeline.say(host.name, "journal-full")
            host.journal.isFull = true
            return mend("the disk of \(host.name) is full", dice.milliseconds(100...20_000)) {
                host.journal.isFull = false
            }
        case .balancerCrash:
            node.crash()
            return mend("\(node.name) is killed", dice.milliseconds(0...60_000)) { node.start() }
        case .balancerPartition:
            timeline.say(node.name, "partition")
            node.network.partition()
            return mend("\(node.name) cannot be reached", dice.milliseconds(100...240_000)) { [self] in
                heal(node.network)
            }
        case .containerKilled:
            let label = host.engine.killOne(isOutOfMemory: dice.chance(0.5), dice)
            return "a container of \(host.name) is killed: \(label)"
        case .containerVanished: return "a container of \(host.name) is removed: \(host.engine.removeOne(dice))"
        }
    }

    /// Ends a fault after a while.
    private func mend(_ what: String, _ time: Duration, _ body: @escaping () -> Void) -> String {
        timeline.after(time, body)
        return "\(what) for \(time.wholeMilliseconds) ms"
    }

    private func heal(_ network: Network) {
        guard network.isPartitioned else { return }
        timeline.say(network.name, "heal")
        network.heal()
    }

    /// Mends everything; from now on nothing breaks.
    func stop() {
        servers.store.isFull = false
        servers.store.isSlow = false
        for server in servers.servers { server.mend() }
        for network in networks {
            network.loss = 0
            heal(network)
        }
        for host in hosts {
            host.journal.isFull = false
            host.engine.pullFailure = 0
            host.engine.slowness = min(host.engine.slowness, 2_000)
            host.engine.comeUp()
            host.startAgent()
            // Sessions begin anew, so that none reaches its age while nothing is to change.
            host.network.cut()
        }
        for node in balancers { node.start() }
    }
}
