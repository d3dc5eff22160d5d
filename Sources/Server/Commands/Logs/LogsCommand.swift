import AWSModels
import AWSWire
import Agent
import ArgumentParser
import Foundation
import NIOPosix
import NodeNet

/// `roost logs`: what the containers of a service or a task have written.
struct LogsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs", abstract: "Print what the containers of a service or a task have written.",
        discussion: """
            The output of all tasks together, in order of time, each line with its container and task. Tasks that have \
            ended are included as long as ECS knows them (an hour). Containers need the log driver awslogs for that.
            """)

    @OptionGroup var data: DataOption

    @Argument(help: "The name of a service, or the id or ARN of a task.")
    var name: String

    @Option(help: "The cluster.")
    var cluster = "default"

    @Option(help: "Only this container.")
    var container: String?

    @Flag(name: .shortAndLong, help: "Go on with new lines as they come, until interrupted.")
    var follow = false

    @Option(help: "Only what is younger, for example 30s, 10m, 2h, 3d.")
    var since: String?

    @Option(name: .shortAndLong, help: "Only so many of the last events (default: 100, or all with --since).")
    var tail: Int?

    func validate() throws {
        if let since, LogDuration.parse(since) == nil {
            throw ValidationError("--since takes a time such as 10m or 2h.")
        }
        if let tail, tail < 0 { throw ValidationError("--tail must not be negative.") }
    }

    func run() async throws {
        let directory = DataDirectory(path: data.directory)
        let (endpoint, region) = try directory.announced()
        guard let url = ServerURL(endpoint) else { throw UserError("\(endpoint) is no address.") }
        let api = APIClient(
            url, credential: try directory.givenOrKeptCredential(), region: region,
            group: MultiThreadedEventLoopGroup.singleton, now: { WallClock.now })
        defer { api.close() }
        do {
            var session = LogsSession(self, LogRegion(api: api, cluster: cluster, region: region))
            try await session.run()
        } catch let error as WireError { throw UserError("\(error.code): \(error.message)") } catch is HTTPClientError {
            throw UserError("The region at \(endpoint) does not answer. Is `roost up` running?")
        }
    }
}

/// What `roost logs` knows while it runs.
private struct LogsSession {
    private let command: LogsCommand
    private let region: LogRegion
    private let lines = LogLines(isColored: isatty(1) == 1 && Environment.value("NO_COLOR") == nil)
    private let start: Int64?
    private var shown: ShownEvents
    private var definitions: [String: ECS.TaskDefinition] = [:]
    /// The labels of streams, by group and name.
    private var labels: [String: [String: String]] = [:]
    private var width = 0
    private var isKnown: Set<LogTarget> = []

    /// New lines are looked for so often, new tasks of a service every fourth time.
    private static let interval: Duration = .milliseconds(500)

    init(_ command: LogsCommand, _ region: LogRegion) {
        self.command = command
        self.region = region
        let now = WallClock.now
        start = command.since.flatMap(LogDuration.parse).map { now.milliseconds - $0.wholeMilliseconds }
        shown = ShownEvents(from: start ?? 0)
    }

    mutating func run() async throws {
        try await findTargets()
        guard !labels.isEmpty || command.follow else { throw ExitCode.failure }
        try await showFirst()
        var round = 0
        while command.follow {
            try await Task.sleep(for: LogsSession.interval)
            round += 1
            if round % 4 == 0 { try await findTargets() }
            try await showNew()
        }
    }

    /// Learns of tasks, and says once which of their containers cannot be read.
    private mutating func findTargets() async throws {
        for task in try await region.tasks(command.name) {
            let arn = task.taskDefinitionArn ?? ""
            if definitions[arn] == nil { definitions[arn] = try await region.definition(arn) }
            let definition = definitions[arn] ?? ECS.TaskDefinition()
            let targets = LogTarget.all(of: task, definition, container: command.container, region: region.region)
            if targets.isEmpty, let container = command.container {
                throw UserError("The task \(task.taskArn ?? "") has no container \(container).")
            }
            for target in targets where isKnown.insert(target).inserted { note(target) }
        }
    }

    private mutating func note(_ target: LogTarget) {
        switch target.place {
        case .stream(let group, let name):
            labels[group, default: [:]][name] = target.label
            width = max(width, target.label.count)
        case .elsewhere(let reason):
            FileHandle.standardError.write(Data("\(target.label): \(reason)\n".utf8))
        }
    }

    /// An event, and the group it is from.
    private typealias Found = (id: EventID, event: Logs.FilteredLogEvent)

    private mutating func showFirst() async throws {
        let last = command.tail ?? (command.since == nil ? 100 : nil)
        guard last != 0 else {
            return shown.begin(with: EventID(time: WallClock.now.milliseconds))
        }
        let found = try await find(from: start, last: last)
        let wanted = last.map { found.suffix($0) } ?? found[...]
        if let oldest = wanted.first, wanted.count < found.count || last == wanted.count {
            shown.begin(with: oldest.id)
        }
        show(wanted)
    }

    private mutating func showNew() async throws {
        let from = max(start ?? 0, shown.newest - ShownEvents.lateness)
        show(try await find(from: from, last: nil)[...])
        shown.trim()
    }

    /// Events of all groups in order.
    private func find(from start: Int64?, last: Int?) async throws -> [Found] {
        var found: [Found] = []
        for (group, streams) in labels.sorted(by: { $0.key < $1.key }) {
            try await region.events(group, streams.keys.sorted(), from: start, last: last) { page in
                found += page.map { (EventID($0, in: group), $0) }
            }
        }
        return found.sorted { $0.id < $1.id }
    }

    private mutating func show(_ events: ArraySlice<Found>) {
        var output: [Data] = []
        for (id, event) in events where shown.add(id) {
            let label = labels[id.group]?[event.logStreamName ?? ""] ?? ""
            output += lines.lines(event.message ?? "", label, width: width).map { Data($0.utf8) }
        }
        Terminal.write(output[...])
    }
}
