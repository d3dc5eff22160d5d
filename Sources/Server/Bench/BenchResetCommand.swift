import AWSWire
import ArgumentParser
import NIOPosix

/// `roost bench reset`: how long a test suite waits for an empty region between two of its tests.
struct BenchResetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "The time of POST /_roost/reset in a region of a thousand records.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "How often the region is filled and reset, with and without tasks.")
    var rounds = 15

    private static let families = 50
    private static let revisionsPerFamily = 10
    private static let clusters = 100
    private static let services = 100
    private static let tasks = 250

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let region = try await BenchRegion(
            arguments: ["--engine", "simulated", "--allow-reset"], instances: 4, group: group)
        defer { region.stop() }
        var table = BenchTable()
        for _ in 0..<rounds {
            table.add("reset_ms", try await reset(region, tasks: 0))
            table.add("reset_with_tasks_ms", try await reset(region, tasks: Self.tasks))
        }
        print(table.text(json: json))
        try await group.shutdownGracefully()
    }

    /// Fills the region with a thousand records, of which so many are running tasks, and resets it.
    /// - Returns: the milliseconds from sending the request to its answer.
    private func reset(_ region: BenchRegion, tasks: Int) async throws -> Double {
        let definitions = Self.families * Self.revisionsPerFamily
        let clusters = Self.clusters + Self.tasks - tasks
        for index in 0..<definitions {
            _ = try await region.ecs.register("f\(index % Self.families)", command: ["sleep", "3600"], memory: 4)
        }
        for index in 0..<clusters {
            _ = try await region.ecs.call("CreateCluster", ["clusterName": .string("c\(index)")])
        }
        for index in 0..<Self.services {
            let input: JSONValue = ["serviceName": .string("s\(index)"), "taskDefinition": "f0", "desiredCount": 0]
            _ = try await region.ecs.call("CreateService", input)
        }
        for _ in 0..<tasks / 10 { _ = try await region.ecs.call("RunTask", ["taskDefinition": "f1", "count": 10]) }
        try await region.ecs.waitForRunning(tasks)
        // What goes on in the region after the last call is not the reset's.
        try await Task.sleep(for: .milliseconds(300))
        let clock = ContinuousClock()
        let start = clock.now
        try await region.reset()
        let time = (clock.now - start) / .milliseconds(1)
        try await region.ecs.waitForInstances(4)
        return time
    }
}
