import AWSWire
import ArgumentParser
import Foundation
import NIOPosix

/// `roost bench agent`: what the container agent adds to the engine, and what it costs.
struct BenchAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Starts and stops beside the engine's own, tasks in parallel, and an agent with many running tasks.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "How often starts and stops are measured; the median counts.")
    var rounds = 10

    @Option(help: "How many tasks are started at once.")
    var parallel = 20

    @Option(help: "How many tasks run while the agent is watched; 0 leaves that out.")
    var tasks = 200

    @Option(help: "For how many seconds the agent is watched.")
    var seconds = 60

    /// Asking costs the machine time that the engine lacks then.
    private static let pollPause: Duration = .milliseconds(4)

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let region = try await BenchRegion(dockerAgentOn: group)
        let engine = try BenchEngine(group: group)
        var table = BenchTable()
        do {
            try await single(region.ecs, engine, &table)
            try await together(region.ecs, engine, &table)
            if tasks > 0 { try await watch(region, &table) }
        } catch {
            await clean(region, engine)
            throw error
        }
        await clean(region, engine)
        print(table.text(json: json))
        try await group.shutdownGracefully()
    }

    /// Ends the processes, then the containers they leave: those with the label of the region's account.
    private func clean(_ region: BenchRegion, _ engine: BenchEngine) async {
        let ids = (try? await region.ecs.containerIDs()) ?? []
        region.stop()
        await engine.remove(ids)
    }

    // MARK: One at a time

    private func single(_ ecs: BenchECS, _ engine: BenchEngine, _ table: inout BenchTable) async throws {
        let definition = try await ecs.register("bench", command: ["sleep", "3600"], memory: 32)
        for round in 0...rounds {
            let alone = try await engine.launch(command: ["sleep", "3600"], memoryMiB: 32)
            let (launch, stop) = try await cycle(ecs, engine, definition, atLeast: .milliseconds(alone / 2))
            if round == 0 { continue }  // The first of each fills caches.
            table.add("launch_ms", launch)
            table.add("engine_ms", alone)
            table.add("stopped_after_exit_ms", stop)
        }
        table.add("launch_ratio", table.median("launch_ms") / table.median("engine_ms"))
    }

    /// Milliseconds from RunTask to RUNNING, and from the container's exit, as the engine tells it, to STOPPED.
    /// - Parameter atLeast: nobody asks before it, because the task cannot run yet.
    private func cycle(
        _ ecs: BenchECS, _ engine: BenchEngine, _ definition: String, atLeast: Duration
    ) async throws -> (launch: Double, stop: Double) {
        let clock = ContinuousClock()
        let start = clock.now
        let ran = try await ecs.call("RunTask", ["taskDefinition": .string(definition)])
        guard let arn = ran["tasks"]?[0]?["taskArn"] else { throw BenchError("RunTask placed nothing") }
        try await Task.sleep(for: atLeast)
        try await wait("RUNNING", ecs, arn)
        let launch = (clock.now - start) / .milliseconds(1)
        guard let container = try await ecs.task(arn)["containers"]?[0]?["runtimeId"]?.stringValue else {
            throw BenchError("a running task without a container")
        }
        // The engine first takes the container's network apart, and tells whoever waits for the exit after that.
        async let exit = engine.waitForExit(of: container)
        try await engine.kill(container)
        try await wait("STOPPED", ecs, arn)
        let told = clock.now
        return (launch, max(.zero, told - (try await exit)) / .milliseconds(1))
    }

    private func wait(_ status: String, _ ecs: BenchECS, _ arn: JSONValue) async throws {
        try await BenchECS.wait(status, pause: BenchAgentCommand.pollPause) {
            try await ecs.task(arn)["lastStatus"]?.stringValue == status
        }
    }

    // MARK: Together

    private func together(_ ecs: BenchECS, _ engine: BenchEngine, _ table: inout BenchTable) async throws {
        let definition = try await ecs.register("bench", command: ["sleep", "3600"], memory: 16)
        for _ in 0..<2 {
            let alone = try await engine.launch(parallel, command: ["sleep", "3600"], memoryMiB: 16)
            let clock = ContinuousClock()
            let start = clock.now
            try await ecs.run(parallel, definition)
            try await ecs.waitForRunning(parallel, pause: .milliseconds(20))
            table.add("parallel_launch_ms", (clock.now - start) / .milliseconds(1))
            table.add("parallel_engine_ms", alone)
            try await ecs.stopAll()
        }
        table.add("parallel_ratio", table.median("parallel_launch_ms") / table.median("parallel_engine_ms"))
    }

    // MARK: Many

    /// CPU and memory of the agent's process while its tasks do nothing and it measures them.
    private func watch(_ region: BenchRegion, _ table: inout BenchTable) async throws {
        let definition = try await region.ecs.register(
            "bench", command: ["sleep", "3600"], memory: 8, networkMode: "host")
        var left = tasks
        while left > 0 {
            try await region.ecs.run(min(left, parallel), definition)
            left -= min(left, parallel)
            try await region.ecs.waitForRunning(tasks - left, pause: .milliseconds(100))
        }
        guard let agent = region.agentProcess else { throw BenchError("the region has no agent of its own") }
        let before = try BenchProcess.cpuSeconds(of: agent)
        let clock = ContinuousClock()
        let start = clock.now
        try await Task.sleep(for: .seconds(seconds))
        let elapsed = (clock.now - start) / .seconds(1)
        table.add("running_tasks", Double(tasks))
        table.add("agent_cpu_percent", 100 * (try BenchProcess.cpuSeconds(of: agent) - before) / elapsed)
        table.add("agent_rss_mib", try BenchProcess.residentMiB(of: agent))
        try await region.ecs.stopAll()
    }
}

extension BenchECS {
    func task(_ arn: JSONValue) async throws -> JSONValue {
        try await call("DescribeTasks", ["tasks": [arn]])["tasks"]?[0] ?? .null
    }

    /// Runs tasks, as many at a time as the API takes.
    func run(_ count: Int, _ definition: String) async throws {
        var left = count
        while left > 0 {
            let answer = try await call(
                "RunTask", ["taskDefinition": .string(definition), "count": .int(Int64(min(left, 10)))])
            let started = answer["tasks"]?.arrayValue?.count ?? 0
            guard started > 0 else { throw BenchError("RunTask placed nothing: \(answer["failures"] ?? .null)") }
            left -= started
        }
    }

    /// Stops every task, and waits until none runs.
    func stopAll() async throws {
        for arn in try await taskARNs("RUNNING") { _ = try await call("StopTask", ["task": arn]) }
        try await BenchECS.wait("all tasks STOPPED", seconds: 300, pause: .milliseconds(100)) {
            let found = try await call("DescribeClusters", ["clusters": ["default"]])["clusters"]?[0]
            return found?["runningTasksCount"]?.intValue == 0 && found?["pendingTasksCount"]?.intValue == 0
        }
    }

    private func taskARNs(_ desired: String) async throws -> [JSONValue] {
        var found: [JSONValue] = []
        var token: JSONValue?
        repeat {
            var input: JSONValue = ["desiredStatus": .string(desired)]
            input["nextToken"] = token
            let page = try await call("ListTasks", input)
            found += page["taskArns"]?.arrayValue ?? []
            token = page["nextToken"]
        } while token != nil
        return found
    }

    /// The engine's ids of all containers of tasks that the region still tells of.
    func containerIDs() async throws -> [String] {
        let arns = try await taskARNs("RUNNING") + taskARNs("STOPPED")
        var found: [String] = []
        for start in stride(from: 0, to: arns.count, by: 100) {
            let some = JSONValue.array(Array(arns[start..<min(start + 100, arns.count)]))
            let tasks = try await call("DescribeTasks", ["tasks": some])["tasks"]?.arrayValue ?? []
            found += tasks.flatMap { $0["containers"]?.arrayValue ?? [] }.compactMap { $0["runtimeId"]?.stringValue }
        }
        return found
    }
}
