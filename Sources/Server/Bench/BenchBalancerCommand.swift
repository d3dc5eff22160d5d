import ArgumentParser
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// `roost bench balancer`: requests through a load balancer beside HAProxy alone, and how soon changes take effect.
struct BenchBalancerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balancer",
        abstract: "Requests through a load balancer beside HAProxy by hand; how soon targets and listeners are served.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "How often each measurement is taken; the median counts.")
    var rounds = 7

    @Option(help: "Seconds of load in each round.")
    var seconds = 2

    @Option(help: "Keep-alive connections.")
    var connections = 64

    @Option(help: "Load balancers of 50 listeners and target groups with 10 targets each, for the last measurement.")
    var balancers = 10

    private static let listeners = 50
    private static let targets = 10

    func run() async throws {
        guard geteuid() == 0 else { throw BenchError("load balancers' addresses need root") }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let number = Int.random(in: 1...250)
        let environment = ["ROOST_POOL": "10.253.\(number).0/24", "ROOST_BRIDGE": "roost-bench\(number)"]
        let region = try await BenchRegion(arguments: [], instances: 0, environment: environment, group: group)
        var table = BenchTable()
        do {
            let world = try BenchBalancers(region, gateway: "10.253.\(number).1", group: group)
            defer { world.stop() }
            try await throughput(world, &table)
            try await promptness(world, &table)
            if balancers > 0 { try await crowd(world, &table) }
        } catch {
            try remove(region, environment)
            throw error
        }
        try remove(region, environment)
        print(table.text(json: json))
        try await group.shutdownGracefully()
    }

    /// HAProxy would go on serving.
    private func remove(_ region: BenchRegion, _ environment: [String: String]) throws {
        region.end()
        let remover = try BenchProcess(
            "/proc/self/exe".resolved, ["balancer", "--remove", "--name", "local", "--data", region.data],
            environment: environment, log: region.folder.appending(path: "remove.log"))
        remover.waitForEnd(atMostSeconds: 10)
        region.stop()
    }

    // MARK: Requests

    private func throughput(_ world: BenchBalancers, _ table: inout BenchTable) async throws {
        let elb = world.elb
        let balancer = try await elb.makeLoadBalancer("bench")
        let targets = try await elb.makeTargetGroup("bench", checkSeconds: 300)
        try await elb.change("RegisterTargets", targets, world.gateway, [world.ports.lowerBound])
        try await elb.makeListener(balancer, port: 80, to: targets)
        try await world.waitForHealth(targets, ["healthy"])
        let peer = try BenchHAProxy(
            world.folder, address: balancer.address, port: 81, target: "\(world.gateway):\(world.ports.lowerBound)")
        defer { peer.stop() }
        try await world.waitForAnswer(balancer.address, port: 81)
        func load(_ port: Int) async throws -> BenchWrk {
            try await BenchWrk.run(
                balancer.address, port: port, connections: connections, seconds: seconds, folder: world.folder)
        }
        for round in 0...rounds {
            // Whoever is first has no advantage of it.
            let first = try await load(round % 2 == 0 ? 80 : 81)
            let second = try await load(round % 2 == 0 ? 81 : 80)
            if round == 0 { continue }  // The first of each fills caches.
            let (roost, haproxy) = round % 2 == 0 ? (first, second) : (second, first)
            table.add("requests_per_second", roost.requestsPerSecond)
            table.add("haproxy_requests_per_second", haproxy.requestsPerSecond)
            table.add("ratio", roost.requestsPerSecond / haproxy.requestsPerSecond)
            table.add("p99_ms", roost.p99)
            table.add("haproxy_p99_ms", haproxy.p99)
        }
    }

    // MARK: Targets

    private func promptness(_ world: BenchBalancers, _ table: inout BenchTable) async throws {
        let balancer = try await world.elb.makeLoadBalancer("prompt")
        let targets = try await world.elb.makeTargetGroup("prompt", checkSeconds: 5)
        try await world.elb.change("RegisterTargets", targets, world.gateway, [world.ports.lowerBound])
        try await world.elb.makeListener(balancer, port: 80, to: targets)
        try await world.waitForHealth(targets, ["healthy"])
        let witness = try await BenchWitness(group: MultiThreadedEventLoopGroup.singleton)
        defer { witness.stop() }
        let knocking = world.knock(balancer.address, port: 80)
        defer { knocking.cancel() }
        for _ in 0..<rounds {
            witness.reset()
            try await world.elb.change("RegisterTargets", targets, world.gateway, [witness.port])
            try await BenchECS.wait("a request of the new target", pause: .milliseconds(1)) { witness.now.first != nil }
            if let check = witness.now.check, let first = witness.now.first {
                table.add("check_to_request_ms", (first - check) / .milliseconds(1))
            }
            try await world.waitForHealth(targets, ["healthy", "healthy"])
            let start = ContinuousClock.now
            try await world.elb.change("DeregisterTargets", targets, world.gateway, [witness.port])
            try await world.waitForHealth(targets, ["healthy"])
            try await Task.sleep(for: .milliseconds(300))
            if let last = witness.now.last {
                table.add("deregister_to_last_request_ms", max(0, (last - start) / .milliseconds(1)))
            }
        }
    }

    // MARK: Many

    private func crowd(_ world: BenchBalancers, _ table: inout BenchTable) async throws {
        let clock = ContinuousClock()
        let began = clock.now
        var made: (balancer: BenchELB.LoadBalancer, group: String)?
        for balancer in 0..<balancers {
            let place = try await world.elb.makeLoadBalancer("crowd-\(balancer)")
            for index in 0..<Self.listeners - (balancer == balancers - 1 ? 1 : 0) {
                let name = "crowd-\(balancer)-\(index)"
                let group = try await world.elb.makeTargetGroup(name, checkSeconds: 300)
                let first = world.ports.lowerBound + (balancer * Self.listeners + index) * Self.targets
                let ports = Array(first..<first + Self.targets)
                try await world.elb.change("RegisterTargets", group, world.gateway, ports)
                try await world.elb.makeListener(place, port: 8_000 + index, to: group)
                made = (place, group)
            }
        }
        guard let (balancer, group) = made else { return }
        let last = 8_000 + Self.listeners - 2
        try await world.waitForAnswer(balancer.address, port: last, seconds: 300)
        table.add("crowd_set_up_seconds", (clock.now - began) / .seconds(1))
        try await world.waitForHealth(group, Array(repeating: "healthy", count: Self.targets), seconds: 300)
        try await Task.sleep(for: .seconds(2))
        let witness = try await BenchWitness(group: MultiThreadedEventLoopGroup.singleton)
        defer { witness.stop() }
        let knocking = world.knock(balancer.address, port: last)
        defer { knocking.cancel() }
        for round in 0..<max(3, rounds / 2) {
            witness.reset()
            var start = clock.now
            try await world.elb.change("RegisterTargets", group, world.gateway, [witness.port])
            try await BenchECS.wait("a request of the new target", pause: .milliseconds(1)) { witness.now.first != nil }
            if let first = witness.now.first { table.add("crowd_target_ms", (first - start) / .milliseconds(1)) }
            start = clock.now
            try await world.elb.makeListener(balancer, port: 9_000 + round, to: group)
            try await world.waitForAnswer(balancer.address, port: 9_000 + round)
            table.add("crowd_listener_ms", (clock.now - start) / .milliseconds(1))
            try await world.elb.change("DeregisterTargets", group, world.gateway, [witness.port])
            try await Task.sleep(for: .seconds(1))
            // Room for the next one.
            try await world.elb.removeListener(port: 9_000 + round, of: balancer)
            try await Task.sleep(for: .seconds(2))
        }
    }
}
