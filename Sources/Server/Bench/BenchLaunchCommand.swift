import AWSWire
import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// `roost bench launch`: from RunTask to RUNNING beside the engine alone, and from a killed container to its successor.
struct BenchLaunchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "launch",
        abstract: "RunTask to RUNNING beside the engine's create and start of the same container; and healing.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "How often each measurement is taken; the median counts.")
    var rounds = 15

    private static let command = ["sleep", "3600"]
    /// Asking costs the machine time that the engine lacks then, and nobody asks the engine when it is measured alone:
    /// once a millisecond made launches a twentieth slower.
    private static let pollPause: Duration = .milliseconds(4)

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let region = try await BenchRegion(arguments: [], instances: 2, group: group)
        defer { region.stop() }
        let engine = try BenchEngine(group: group)
        var started: [String] = []
        var table = BenchTable()
        do {
            let definition = try await region.ecs.register("bench", command: Self.command, memory: 32)
            for round in 0...rounds {
                let launch = try await launchTask(region.ecs, definition)
                let alone = try await engine.launch(command: Self.command, memoryMiB: 32)
                if round == 0 { continue }  // The first of each fills caches.
                table.add("launch_ms", launch)
                table.add("engine_ms", alone)
            }
            table.add("ratio", table.median("launch_ms") / table.median("engine_ms"))
            for heal in try await healings(region.ecs, engine, definition) { table.add("heal_ms", heal) }
            started = try await region.ecs.containerIDs()
        } catch {
            started = (try? await region.ecs.containerIDs()) ?? []
            await engine.remove(started)
            throw error
        }
        region.stop()
        await engine.remove(started)
        print(table.text(json: json))
        try await group.shutdownGracefully()
    }

    /// Milliseconds from sending RunTask until DescribeTasks says RUNNING; then the task is stopped.
    private func launchTask(_ ecs: BenchECS, _ definition: String) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let ran = try await ecs.call("RunTask", ["taskDefinition": .string(definition)])
        guard let arn = ran["tasks"]?[0]?["taskArn"] else { throw BenchError("RunTask placed nothing") }
        try await BenchECS.wait("RUNNING", pause: BenchLaunchCommand.pollPause) {
            try await status(ecs, [arn]) == ["RUNNING"]
        }
        let elapsed = clock.now - start
        _ = try await ecs.call("StopTask", ["task": arn])
        try await BenchECS.wait("STOPPED", pause: .milliseconds(20)) { try await status(ecs, [arn]) == ["STOPPED"] }
        return elapsed / .milliseconds(1)
    }

    /// Milliseconds from the engine's answer to a kill until the service's next task is RUNNING.
    private func healings(_ ecs: BenchECS, _ engine: BenchEngine, _ definition: String) async throws -> [Double] {
        _ = try await ecs.call(
            "CreateService", ["serviceName": "bench", "taskDefinition": .string(definition), "desiredCount": 1])
        var found: [Double] = []
        var before: JSONValue = .null
        for _ in 0...rounds {
            try await BenchECS.wait("a running task of the service", pause: .milliseconds(5)) {
                try await runningTask(ecs, besides: before) != nil
            }
            guard let task = try await runningTask(ecs, besides: before),
                let container = task["containers"]?[0]?["runtimeId"]?.stringValue, let arn = task["taskArn"]
            else { throw BenchError("the service has no running task") }
            let clock = ContinuousClock()
            try await engine.kill(container)
            let start = clock.now
            try await BenchECS.wait("a replacement", pause: BenchLaunchCommand.pollPause) {
                try await runningTask(ecs, besides: arn) != nil
            }
            found.append((clock.now - start) / .milliseconds(1))
            before = arn
        }
        _ = try await ecs.call("DeleteService", ["service": "bench", "force": true])
        return Array(found.dropFirst())
    }

    private func runningTask(_ ecs: BenchECS, besides other: JSONValue) async throws -> JSONValue? {
        let arns = try await ecs.call("ListTasks", ["serviceName": "bench"])["taskArns"]?.arrayValue ?? []
        guard !arns.isEmpty else { return nil }
        let tasks = try await ecs.call("DescribeTasks", ["tasks": .array(arns)])["tasks"]?.arrayValue ?? []
        return tasks.first { $0["lastStatus"]?.stringValue == "RUNNING" && $0["taskArn"] != other }
    }

    private func status(_ ecs: BenchECS, _ arns: [JSONValue]) async throws -> [String] {
        let answer = try await ecs.call("DescribeTasks", ["tasks": .array(arns)])
        return (answer["tasks"]?.arrayValue ?? []).compactMap { $0["lastStatus"]?.stringValue }
    }
}
