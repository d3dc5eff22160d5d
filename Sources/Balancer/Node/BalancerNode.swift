import AWSWire
import Logging
import NIOCore
import NIOPosix
import NodeLink
import NodeNet

/// A load balancer node: it is told what to serve and makes HAProxy (and nginx, for UDP) serve it, checks the targets,
/// and reports.
///
/// It stays thin: decisions are `HealthMachine`, `HAProxyMaker` and `ApplyPlan`. What it was told is on disk, and
/// HAProxy goes on without it, so neither the server's nor the node's absence is seen by clients.
package actor BalancerNode {
    let settings: BalancerSettings
    let group: any EventLoopGroup
    let logger: Logger
    let now: @Sendable () -> Timestamp
    let clock: ServerClock
    var random: SeededRandom
    /// What it was told, and where HAProxy's files are.
    let state: Files
    let run: Files
    let addresses: NodeAddresses
    let rules: HostRules
    let checker: HealthChecker
    let traffic: TrafficBook

    var machine: HealthMachine
    var configuration: BalancerConfiguration
    /// The targets as they came, for the disk.
    var targets: [String: BalancerTargets] = [:]
    /// Checks under way or waiting, and the timer of the machine.
    var checks: [TargetKey: Task<Void, Never>] = [:]
    var ticks: Task<Void, Never>?
    /// What HAProxy runs with; nil: not known, or not running.
    var applied: HAProxyConfiguration?
    var environment: HAProxyEnvironment
    /// What the environment was found for.
    var environmentConfiguration: BalancerConfiguration?
    /// What our own programs listen on.
    var ownBinds: Set<HAProxyEnvironment.Bind> = []
    var udp = UDPState()
    var addressesPut: [String]?
    var addressProblems: [String] = []
    /// Whose answers the host's rules bring back; nil when that is not known. More than those who are to see clients'
    /// addresses while connections live that began before.
    var rulesPut: Set<ClientAddresses.Target>?
    /// Whether the host's rules are looked at though nothing has changed.
    var areRulesDue = false
    var problems: [BalancerApplied.Problem] = []
    /// What the server is told once it is so.
    var reports: [BalancerHealth.Change] = []
    /// Those that the apply under way makes true.
    var readyReports: [BalancerHealth.Change] = []
    var isApplying = false
    /// Servers that are gone but for their last connections.
    var leaving: [Leaving] = []
    var oldWorkers: [Int] = []
    /// Whether HAProxy's servers are being changed, and who wants to change them next.
    private var isChangingServers = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    /// The open session, and what it was last told.
    var session: WebSocket?
    var isToldConfiguration = false
    var lastApplied: BalancerApplied?
    /// How many connections frontends and backends have had, when traffic was last counted.
    var connectionTotals = ConnectionTotals()
    /// What went through and was not told yet.
    var trafficReports: [BalancerTraffic] = []
    /// Asks for the next apply; as many requests as come while one is under way are one.
    private let changes: AsyncStream<Void>
    private let changesSink: AsyncStream<Void>.Continuation

    /// What was last given to nginx.
    struct UDPState {
        var text: String?
        var binds: Set<HAProxyEnvironment.Bind> = []
    }

    /// A server that HAProxy has to forget.
    struct Leaving: Equatable {
        var backend: String
        var server: HAProxyConfiguration.Server
        /// Whether its connections are cut, or end when they will.
        var isCut: Bool
    }

    /// Makes a node. Does not start anything.
    /// - Parameters:
    ///   - now: the wall clock.
    ///   - random: for the pauses between sessions.
    /// - Throws: `BalancerError` when the state directory cannot be used, or the pool is none.
    package init(
        _ settings: BalancerSettings, group: any EventLoopGroup, logger: Logger, random: SeededRandom,
        now: @escaping @Sendable () -> Timestamp
    ) throws {
        guard let pool = AddressPool(settings.pool) else {
            throw BalancerError.failed("the pool", words: "'\(settings.pool)' is no block of IPv4 addresses, /8 to /30")
        }
        self.settings = settings
        self.group = group
        self.logger = logger
        self.random = random
        self.now = now
        clock = ServerClock(now)
        state = try Files(settings.stateDirectory)
        run = try Files(settings.runDirectory)
        addresses = NodeAddresses(bridge: settings.bridge, pool: pool, output: run.path("ip.out"))
        rules = HostRules(pool: pool, files: run)
        checker = HealthChecker(group: group, probes: run.path("probes.sock"), isSimulated: settings.isSimulated)
        environment = HAProxyEnvironment(directory: settings.runDirectory, zone: settings.zone)
        environment.headerKiB = settings.headerKiB
        environment.openFiles = OpenFiles.limit
        let known = NodeState.load(state) ?? NodeState()
        configuration = known.configuration
        let health = known.health.map { ($0.key, $0.health) }
        machine = HealthMachine(zone: settings.zone, known: Dictionary(health, uniquingKeysWith: { $1 }))
        traffic = TrafficBook(directory: settings.stateDirectory + "/access-logs")
        (changes, changesSink) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        for targets in known.targets { self.targets[targets.targetGroup] = targets }
    }

    /// Serves until it is cancelled. Leaves HAProxy running: the next node with the same state directory adopts it.
    package func run() async throws {
        let traffic = traffic
        // Requests of the time when there was no node are of what it knew.
        traffic.put(configuration)
        let pipe = try await LogPipe(path: run.path(LogPipe.file), group: group) { traffic.take($0) }
        let receiver = try await LogReceiver(path: run.path("log.sock"), group: group) { traffic.take($0) }
        if let words = run.read("haproxy.cfg") { ownBinds = BalancerNode.binds(in: words) }
        deliver(.groups(configuration.targetGroups))
        for name in targets.keys.sorted() {
            if let targets = targets[name] { deliver(.targets(targets)) }
        }
        if !configuration.loadBalancers.isEmpty { changed() }
        await withDiscardingTaskGroup { tasks in
            tasks.addTask { await self.keepApplying() }
            tasks.addTask { await self.keepWatch() }
            tasks.addTask { await self.keepDraining() }
            tasks.addTask { await self.keepCounting() }
            if let control = settings.control { tasks.addTask { await self.keepSession(control) } }
        }
        pipe.close()
        receiver.close()
        ticks?.cancel()
        for check in checks.values { check.cancel() }
        checks = [:]
    }

    /// Removes what nodes with these settings have left running: HAProxy, nginx, addresses and rules.
    package static func remove(_ settings: BalancerSettings, group: any EventLoopGroup) async throws {
        guard let pool = AddressPool(settings.pool) else { return }
        let run = try Files(settings.runDirectory)
        if let process = try? HAProxyProcess(run, group: group) { await process.stop() }
        NginxProcess(files: run).stop()
        let known = (try? Files(settings.stateDirectory)).flatMap { NodeState.load($0) }
        if let last = known?.pool.flatMap({ AddressPool($0) }), let bridge = known?.bridge {
            try? await HostRules(pool: last, files: run).put([])
            await NodeAddresses(bridge: bridge, pool: last, output: run.path("ip.out")).remove()
        }
        // Without the right to make rules there are none.
        try? await HostRules(pool: pool, files: run).put([])
        await NodeAddresses(bridge: settings.bridge, pool: pool, output: run.path("ip.out")).remove()
        run.removeAll()
    }

    /// The addresses in an earlier configuration: they are ours although they are taken.
    private static func binds(in text: String) -> Set<HAProxyEnvironment.Bind> {
        let binds = text.split(separator: "\n").compactMap { line -> HAProxyEnvironment.Bind? in
            let words = line.split(separator: " ")
            guard words.first == "bind", words.count > 1, let colon = words[1].lastIndex(of: ":"),
                let port = Int(words[1][words[1].index(after: colon)...])
            else { return nil }
            let address = words[1][..<colon].filter { $0 != "[" && $0 != "]" }
            return HAProxyEnvironment.Bind(address: address, port: port)
        }
        return Set(binds)
    }

    // MARK: Events

    /// Gives an event to the machine and does what it says.
    func deliver(_ event: HealthEvent) {
        let before = machine.routingChanges
        for action in machine.handle(event, at: now()) { perform(action) }
        if machine.routingChanges != before {
            changed()
        } else if !isApplying {
            report()
        }
    }

    /// Tells what has been found out. A target that is said to be healthy gets requests already.
    func report() {
        send(health: reports)
        reports = []
    }

    private func send(health changes: [BalancerHealth.Change]) {
        if !changes.isEmpty { send(.health(BalancerHealth(changes: changes))) }
    }

    /// Something has to be applied.
    func changed() { changesSink.yield() }

    /// Waits until nobody else changes HAProxy's servers. Commands go over connections of their own: those that depend
    /// on the order, or on what was so when they were decided, need a turn. Ends with `endTurn`.
    func takeTurn() async {
        if isChangingServers {
            await withCheckedContinuation { waiting.append($0) }
        } else {
            isChangingServers = true
        }
    }

    func endTurn() {
        if waiting.isEmpty {
            isChangingServers = false
        } else {
            waiting.removeFirst().resume()
        }
    }

    private func keepApplying() async {
        for await _ in changes {
            guard !Task.isCancelled else { return }
            isApplying = true
            readyReports = reports
            reports = []
            await apply()
            isApplying = false
            send(health: readyReports)
            readyReports = []
            // What was found out meanwhile waits for the next turn.
            if !reports.isEmpty { changed() }
        }
    }

    private func perform(_ action: HealthAction) {
        switch action {
        case .check(let key, let check, let turn, let seconds): begin(key, check, turn, after: seconds)
        case .report(let changes):
            for change in changes {
                let metadata: Logger.Metadata = [
                    "target": "\(change.target):\(change.port)", "group": "\(change.targetGroup)",
                    "state": "\(change.state.rawValue)", "reason": "\(change.reason ?? "-")",
                ]
                logger.debug("health", metadata: metadata)
            }
            reports += changes
        case .drained(let key):
            send(.drained(BalancerDrained(targetGroup: key.group, target: key.id, port: key.port)))
        case .cut(let key): cut(key)
        case .tick(let seconds):
            ticks = Task {
                guard (try? await Task.sleep(for: .seconds(seconds))) != nil else { return }
                self.deliver(.tick)
                self.changed()
            }
        }
    }

    /// Makes a check after a pause.
    private func begin(_ key: TargetKey, _ check: Check, _ turn: Int, after seconds: Int) {
        checks[key]?.cancel()
        let checker = checker
        checks[key] = Task {
            if seconds > 0, (try? await Task.sleep(for: .seconds(seconds))) == nil { return }
            let result = await checker.perform(check)
            guard !Task.isCancelled else { return }
            self.deliver(.checked(key, turn: turn, result))
        }
    }

    func send(_ message: BalancerNodeMessage) { session?.send(message.frame) }
}
