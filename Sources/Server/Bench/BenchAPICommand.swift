import AWSWire
import ArgumentParser
import Foundation
import NIOCore
import NIOPosix

/// `roost bench api`: requests per second of RunTask and DescribeTasks, beside moto_server.
struct BenchAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "RunTask (durable) and DescribeTasks of 100 tasks per second, beside moto_server in the same run.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "How often each measurement is taken; the median counts.")
    var rounds = 5

    @Option(help: "Keep-alive connections.")
    var connections = 64

    @Option(help: "RunTask requests of one round.")
    var requests = 4_000

    @Flag(help: "Measure Roost alone.")
    var noPeer = false

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let region = try await BenchRegion(
            arguments: ["--engine", "simulated", "--allow-reset"], instances: 2, group: group)
        defer { region.stop() }
        let moto = noPeer ? nil : try await BenchMoto(log: region.folder.appending(path: "moto.log"), group: group)
        defer { moto?.stop() }

        var table = BenchTable()
        for _ in 0..<rounds {
            try await region.reset()
            try await region.ecs.waitForInstances(2)
            let rates = try await measure(region.ecs, requests: requests, describes: 2_000, group)
            table.add("run_task_per_second", rates.run)
            table.add("describe_tasks_per_second", rates.describe)
            guard let moto else { continue }
            let peer = try await measure(moto.ecs, requests: 400, describes: 120, group)
            table.add("moto_run_task_per_second", peer.run)
            table.add("moto_describe_tasks_per_second", peer.describe)
        }
        print(table.text(json: json))
        try await group.shutdownGracefully()
    }

    /// The same requests by the same client, whoever answers.
    private func measure(_ ecs: BenchECS, requests: Int, describes: Int, _ group: any EventLoopGroup) async throws
        -> (run: Double, describe: Double)
    {
        let definition = try await ecs.register("bench", command: ["sleep", "3600"], memory: 4)
        let runTask = ecs.request("RunTask", ["cluster": "default", "taskDefinition": .string(definition)])
        var tasks: [JSONValue] = []
        while tasks.count < 100 {
            let ran = try await ecs.call(
                "RunTask", ["cluster": "default", "taskDefinition": .string(definition), "count": 10])
            guard let arns = ran["tasks"]?.arrayValue?.compactMap({ $0["taskArn"] }), arns.count == 10 else {
                let text = String(decoding: ran.encode(), as: UTF8.self)
                throw BenchError("RunTask placed too few tasks: \(text.prefix(400))")
            }
            tasks += arns
        }
        let describeTasks = ecs.request(
            "DescribeTasks", ["cluster": "default", "tasks": .array(Array(tasks.prefix(100)))])
        let run = try await BenchLoad.run(
            runTask, to: ecs.target, count: requests, connections: connections, on: group)
        let describe = try await BenchLoad.run(
            describeTasks, to: ecs.target, count: describes, connections: connections, on: group)
        return (run, describe)
    }
}
