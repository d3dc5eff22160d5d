import AWSWire
import NodeLink
import Testing

@testable import Balancer

/// A machine with one group, told of checks one after another.
private struct World {
    var machine = HealthMachine(zone: "us-east-1a")
    var group = Sample.group("blue/1")
    var now = Timestamp(milliseconds: 1_000_000)
    var turns: [String: Int] = [:]
    var log: [HealthAction] = []

    init(_ change: (inout Configuration.TargetGroup) -> Void = { _ in }) {
        group.healthCheck.healthyThreshold = 3
        change(&group)
        handle(.groups([group]))
    }

    mutating func handle(_ event: HealthEvent) {
        let actions = machine.handle(event, at: now)
        for case .check(let key, _, let turn, _) in actions { turns[key.id] = turn }
        log += actions
    }

    mutating func targets(_ targets: [BalancerTargets.Target]) {
        handle(.targets(BalancerTargets(revision: 1, targetGroup: group.id, targets: targets)))
    }

    mutating func targets(_ ids: String..., state: BalancerTargets.State = .active) {
        targets(ids.map { World.target($0, state) })
    }

    static func target(_ id: String, _ state: BalancerTargets.State = .active, zone: String? = nil)
        -> BalancerTargets.Target
    {
        .init(id: id, address: "10.0.0.1", port: 80, state: state, zone: zone)
    }

    mutating func check(_ id: String, _ results: CheckResult...) {
        for result in results {
            handle(.checked(TargetKey(group.id, World.target(id)), turn: turns[id] ?? 0, result))
        }
    }

    func state(_ id: String) -> TargetHealth? { machine.health[TargetKey(group.id, World.target(id))] }

    /// The ids of those that get requests.
    var ready: [String] {
        (machine.servers(at: now)[group.id] ?? []).filter(\.isReady).map(\.target.id)
    }

    var weights: [Int] { (machine.servers(at: now)[group.id] ?? []).map(\.weight) }
}

@Suite("Targets' health")
struct HealthMachineTests {
    private let failure = CheckResult.failed(.codes(502))

    @Test("a new target is checked at once and is healthy after one check, whatever the threshold")
    func initial() {
        var world = World()
        world.targets("a")
        #expect(world.state("a")?.reason == "Elb.RegistrationInProgress")
        guard case .check(_, let check, _, afterSeconds: 0)? = world.log.last else {
            Issue.record("no check at once: \(world.log)")
            return
        }
        #expect(check.port == 80 && check.method == .http)
        world.check("a", .passed)
        #expect(world.state("a")?.state == .healthy)
        #expect(world.state("a")?.reason == nil)
        guard case .check(_, _, _, afterSeconds: 30)? = world.log.last else {
            Issue.record("no next check")
            return
        }
    }

    @Test("thresholds count checks in a row")
    func thresholds() {
        var world = World()
        world.targets("a")
        world.check("a", .passed, failure, .passed, failure)
        #expect(world.state("a")?.state == .healthy)
        world.check("a", failure)
        #expect(world.state("a")?.state == .unhealthy)
        #expect(world.state("a")?.reason == "Target.ResponseCodeMismatch")
        #expect(world.state("a")?.description == "Health checks failed with these codes: [502]")
        world.check("a", .passed, .passed, failure, .passed, .passed)
        #expect(world.state("a")?.state == .unhealthy)
        world.check("a", .passed)
        #expect(world.state("a")?.state == .healthy)
    }

    @Test("an initial target needs as many failures as a healthy one to be unhealthy")
    func initialFailures() {
        var world = World()
        world.targets("a")
        world.check("a", .failed(.timeout))
        #expect(world.state("a")?.state == .initial)
        #expect(world.state("a")?.reason == "Elb.InitialHealthChecking")
        world.check("a", .failed(.timeout))
        #expect(world.state("a")?.state == .unhealthy)
        #expect(world.state("a")?.description == "Request timed out")
    }

    @Test("a result of an earlier check is of no interest")
    func stale() {
        var world = World()
        world.targets("a")
        let old = world.turns["a"] ?? 0
        world.check("a", .passed)
        world.handle(.checked(TargetKey("blue/1", World.target("a")), turn: old, failure))
        world.check("a", failure)
        #expect(world.state("a")?.state == .healthy)
    }

    @Test("healthy targets get requests; when there is none, all do")
    func failOpen() {
        var world = World()
        world.targets("a", "b")
        #expect(world.ready == ["a", "b"])
        world.check("a", .passed)
        #expect(world.ready == ["a"])
        world.check("b", failure, failure)
        world.check("a", failure, failure)
        #expect(world.ready == ["a", "b"])
        world.check("b", .passed, .passed, .passed)
        #expect(world.ready == ["b"])
    }

    @Test("with fewer healthy targets than wanted, all get requests")
    func minimum() {
        var world = World { $0.minimumHealthyPercentage = 50 }
        world.targets("a", "b", "c")
        world.check("a", .passed)
        #expect(world.ready == ["a", "b", "c"])
        world.check("b", .passed)
        #expect(world.ready == ["a", "b"])
    }

    @Test("a draining target gets none, is not checked, and is told of once its connections have ended")
    func draining() {
        var world = World()
        world.targets("a", "b")
        world.check("a", .passed)
        world.check("b", .passed)
        let before = world.log.count
        world.targets([World.target("a", .draining), World.target("b")])
        #expect(world.ready == ["b"])
        #expect(world.state("a")?.reason == "Target.DeregistrationInProgress")
        #expect(!world.log[before...].contains { if case .check = $0 { true } else { false } })
        let key = TargetKey("blue/1", World.target("a"))
        world.handle(.connections([key: 2]))
        #expect(!world.log.contains(.drained(key)))
        world.handle(.connections([key: 0]))
        world.handle(.connections([key: 0]))
        #expect(world.log.filter { $0 == .drained(key) }.count == 1)
        // The server that comes back is told once more.
        world.handle(.hello)
        #expect(world.log.last == .drained(key))
        world.targets("a", "b")
        #expect(world.state("a")?.state == .initial)
        world.targets("b")
        #expect(world.state("a") == nil)
    }

    @Test("without checks targets are unavailable and get requests")
    func unchecked() {
        var world = World { $0.healthCheck.isEnabled = false }
        world.targets("a")
        #expect(world.state("a")?.reason == "Target.HealthCheckDisabled")
        #expect(world.ready == ["a"])
        #expect(!world.log.contains { if case .check = $0 { true } else { false } })
        world.group.healthCheck.isEnabled = true
        world.handle(.groups([world.group]))
        #expect(world.state("a")?.state == .initial)
    }

    @Test("targets of other zones are left alone when the group stays in its zone")
    func zones() {
        var world = World { $0.isCrossZone = false }
        world.targets([
            World.target("a", zone: "us-east-1a"), World.target("b", zone: "us-east-1b"), World.target("c"),
        ])
        #expect(world.ready == ["a", "c"])
    }

    @Test("a target that joins others starts slowly; the first ones do not")
    func slowStart() {
        var world = World { $0.slowStartSeconds = 100 }
        world.targets("a", "b")
        world.check("a", .passed)
        #expect(world.weights == [100, 100])
        world.check("b", .passed)
        #expect(world.weights == [100, 1])
        world.now = world.now.advanced(by: .seconds(50))
        world.handle(.tick)
        #expect(world.weights == [100, 50])
        #expect(world.log.last == .tick(afterSeconds: 1))
        world.now = world.now.advanced(by: .seconds(50))
        world.handle(.tick)
        #expect(world.weights == [100, 100])
    }

    @Test("connections to an unhealthy target of a Network Load Balancer are cut, at once or after a while")
    func cuts() {
        for seconds in [0, 10] {
            var world = World {
                $0.transport = .tcp
                $0.unhealthyDrainingSeconds = seconds
            }
            let key = TargetKey("blue/1", World.target("a"))
            world.targets("a")
            world.check("a", .passed, .failed(.failed), .failed(.failed))
            #expect(world.log.contains(.cut(key)) == (seconds == 0))
            #expect(world.state("a")?.state == (seconds == 0 ? .unhealthy : .unhealthyDraining))
            world.now = world.now.advanced(by: .seconds(10))
            world.handle(.tick)
            #expect(world.log.contains(.cut(key)))
            #expect(world.state("a")?.state == .unhealthy)
        }
    }

    @Test("what was known before a restart stays so")
    func restart() {
        var world = World()
        world.targets("a", "b")
        world.check("a", .passed)
        world.check("b", failure, failure)
        var next = HealthMachine(zone: "us-east-1a", known: world.machine.health)
        _ = next.handle(.groups([world.group]), at: world.now)
        _ = next.handle(
            .targets(.init(revision: 1, targetGroup: "blue/1", targets: [World.target("a"), World.target("b")])),
            at: world.now)
        #expect(next.health == world.machine.health)
        #expect(next.servers(at: world.now)["blue/1"] == world.machine.servers(at: world.now)["blue/1"])
    }
}
