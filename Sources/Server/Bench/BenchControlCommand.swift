import AWSWire
import ArgumentParser
import Control
import Foundation
import NIOPosix
import Scheduling
import State

/// `roost bench control`: how fast services get their tasks in a whole region with simulated engines, and what it costs
/// to look at a service that needs nothing.
struct BenchControlCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "control",
        abstract: "Services from 0 to many running tasks, on simulated engines with the real control plane and store.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(name: .customLong("tasks"), parsing: .upToNextOption, help: "The tasks to start, 5,000 to a service.")
    var sizes = [5_000, 100_000]

    @Option(help: "Simulated instances, in three processes of their own.")
    var instances = 99

    private static let tasksPerService = 5_000

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var table = BenchTable()
        for _ in 0..<5 { table.add("reconcile_5000_tasks_ms", try reconcile()) }
        for size in sizes {
            let (seconds, memory) = try await launch(size, group)
            table.add("launch_\(size)_seconds", seconds)
            table.add("launch_\(size)_rss_mib", memory)
        }
        print(table.text(json: json))
        try await group.shutdownGracefully()
    }

    /// The time from CreateService until all tasks are RUNNING, and the memory of the region's process then.
    private func launch(_ tasks: Int, _ group: MultiThreadedEventLoopGroup) async throws -> (Double, Double) {
        let region = try await BenchRegion(zones: ["a", "b", "c"], instancesPerZone: instances / 3, group: group)
        defer { region.stop() }
        let definition = try await region.ecs.register("bench", command: ["sleep", "3600"], memory: 4)
        let start = Date()
        let services = (0..<(tasks + Self.tasksPerService - 1) / Self.tasksPerService).map { "s\($0)" }
        for (index, name) in services.enumerated() {
            let count = min(Self.tasksPerService, tasks - index * Self.tasksPerService)
            _ = try await region.ecs.call(
                "CreateService",
                [
                    "serviceName": .string(name), "taskDefinition": .string(definition),
                    "desiredCount": .int(Int64(count)),
                ])
        }
        try await region.ecs.waitForRunning(tasks)
        return (Date().timeIntervalSince(start), try region.residentMiB)
    }

    /// Milliseconds for a look at a service with 5,000 running tasks that needs nothing.
    private func reconcile() throws -> Double {
        let cluster = BenchCluster(instances: 500, tasks: 0)
        let (snapshot, subject) = cluster.withService(of: Self.tasksPerService)
        var context = cluster.context
        let clock = ContinuousClock()
        let start = clock.now
        let plan = ServiceController().decide(subject.path, snapshot, &context)
        let time = (clock.now - start) / .milliseconds(1)
        guard plan.changes.isEmpty else { throw BenchError("the service was to need nothing") }
        return time
    }
}
