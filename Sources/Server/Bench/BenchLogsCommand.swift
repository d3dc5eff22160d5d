import AWSModels
import AWSWire
import Agent
import ArgumentParser
import Foundation
import NIOPosix
import NodeNet

/// `roost bench logs`: how fast log events are kept, and what a container costs that writes a lot.
struct BenchLogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "PutLogEvents per second, and a container with awslogs that writes 100 MB.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "For how many seconds events are put.")
    var seconds = 5

    @Option(help: "How many clients put events at once.")
    var clients = 8

    @Option(help: "How many events of 100 bytes each request has.")
    var events = 1_000

    @Option(help: "How many megabytes the container writes, in lines of 100 bytes; 0 leaves that out.")
    var megabytes = 100

    private static let group = "bench"

    func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let region = try await BenchRegion(dockerAgentOn: group)
        let engine = try BenchEngine(group: group)
        var table = BenchTable()
        do {
            guard let url = ServerURL("http://\(region.ecs.target.host)") else { throw BenchError("no address") }
            let api = APIClient(
                url, credential: BenchECS.credential, region: "us-east-1", group: group, now: { WallClock.now })
            defer { api.close() }
            try await put(api, region, &table)
            if megabytes > 0 { try await write(api, region, &table) }
        } catch {
            await clean(region, engine)
            throw error
        }
        await clean(region, engine)
        print(table.text(json: json))
        try await group.shutdownGracefully()
    }

    private func clean(_ region: BenchRegion, _ engine: BenchEngine) async {
        let ids = (try? await region.ecs.containerIDs()) ?? []
        region.stop()
        await engine.remove(ids)
    }

    // MARK: Requests

    private func put(_ api: APIClient, _ region: BenchRegion, _ table: inout BenchTable) async throws {
        _ = try await api.call(
            "CreateLogGroup", of: .logs, Logs.CreateLogGroupRequest(logGroupName: BenchLogsCommand.group),
            answer: EmptyShape.self)
        for client in 0..<clients {
            let request = Logs.CreateLogStreamRequest(
                logGroupName: BenchLogsCommand.group, logStreamName: "client-\(client)")
            _ = try await api.call("CreateLogStream", of: .logs, request, answer: EmptyShape.self)
        }
        let before = try BenchProcess.cpuSeconds(of: region.processID)
        let start = ContinuousClock.now
        let end = start + .seconds(seconds)
        let requests = try await withThrowingTaskGroup(of: Int.self) { group in
            for client in 0..<clients {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now < end {
                        try await put("client-\(client)", api)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        table.add("put_requests_per_second", Double(requests) / elapsed)
        table.add("put_events_per_second", Double(requests * events) / elapsed)
        table.add(
            "put_region_cpu_percent", 100 * (try BenchProcess.cpuSeconds(of: region.processID) - before) / elapsed)
        table.add("put_region_rss_mib", try region.residentMiB)
    }

    private func put(_ stream: String, _ api: APIClient) async throws {
        let now = Int(WallClock.now.milliseconds)
        let text = String(repeating: "x", count: 100)
        let request = Logs.PutLogEventsRequest(
            logGroupName: BenchLogsCommand.group, logStreamName: stream,
            logEvents: (0..<events).map { _ in Logs.InputLogEvent(timestamp: now, message: text) })
        _ = try await api.call("PutLogEvents", of: .logs, request, answer: Logs.PutLogEventsResponse.self)
    }

    // MARK: A container

    private func write(_ api: APIClient, _ region: BenchRegion, _ table: inout BenchTable) async throws {
        let lines = megabytes * 10_000
        let line = String(repeating: "y", count: 99)
        let command = "yes \(line) | head -n \(lines); echo bench-is-over; sleep 3600"
        let container: JSONValue = [
            "name": "app", "image": "busybox:latest", "memory": 64, "stopTimeout": 1,
            "command": ["sh", "-c", .string(command)],
            "logConfiguration": [
                "logDriver": "awslogs",
                "options": [
                    "awslogs-group": "container", "awslogs-create-group": "true", "awslogs-stream-prefix": "b",
                ],
            ],
        ]
        let answer = try await region.ecs.call(
            "RegisterTaskDefinition", ["family": "logs", "containerDefinitions": [container]])
        guard let definition = answer["taskDefinition"]?["taskDefinitionArn"]?.stringValue,
            let agent = region.agentProcess
        else { throw BenchError("no task definition, or no agent") }
        let before = (
            agent: try BenchProcess.cpuSeconds(of: agent), region: try BenchProcess.cpuSeconds(of: region.processID)
        )
        let start = ContinuousClock.now
        try await region.ecs.run(1, definition)
        try await BenchECS.wait("all lines", seconds: 300, pause: .milliseconds(200)) {
            let request = Logs.FilterLogEventsRequest(
                logGroupName: "container", filterPattern: "\"bench-is-over\"", limit: 1, startFromHead: false)
            let found: Logs.FilterLogEventsResponse? = try? await api.call("FilterLogEvents", of: .logs, request)
            return found?.events?.isEmpty == false
        }
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        table.add("container_seconds", elapsed)
        table.add("container_lines_per_second", Double(lines) / elapsed)
        table.add("container_agent_cpu_seconds", try BenchProcess.cpuSeconds(of: agent) - before.agent)
        table.add("container_region_cpu_seconds", try BenchProcess.cpuSeconds(of: region.processID) - before.region)
        table.add("container_agent_rss_mib", try BenchProcess.residentMiB(of: agent))
        table.add("container_region_rss_mib", try region.residentMiB)
        try await idle(agent, &table)
        try await region.ecs.stopAll()
    }

    /// What a container costs that writes nothing.
    private func idle(_ agent: String, _ table: inout BenchTable) async throws {
        let before = try BenchProcess.cpuSeconds(of: agent)
        try await Task.sleep(for: .seconds(10))
        table.add("idle_agent_cpu_percent", 10 * (try BenchProcess.cpuSeconds(of: agent) - before))
    }
}
