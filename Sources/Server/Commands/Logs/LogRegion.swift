import AWSModels
import AWSWire
import Agent
import NodeNet

/// What `roost logs` asks the region.
struct LogRegion {
    let api: APIClient
    let cluster: String
    let region: String

    /// The most tasks, and streams, that one request may name.
    private static let perRequest = 100

    /// The tasks that a name stands for: one, or all of a service, also those that have ended.
    /// - Throws: a `UserError` when there is neither.
    func tasks(_ name: String) async throws -> [ECS.Task] {
        let id = String(name.split(separator: "/").last ?? "")
        let isTask = name.contains(":task/") || id.utf8.count == 32 && id.allSatisfy(\.isHexDigit)
        if isTask {
            let found = try await describe([id])
            guard !found.isEmpty else {
                throw UserError(
                    "There is no task \(id) in the cluster \(cluster). One that ended is known for an hour; its output "
                        + "is kept: aws logs tail GROUP --log-stream-name-prefix PREFIX/CONTAINER/\(id)")
            }
            return found
        }
        let request = ECS.DescribeServicesRequest(cluster: cluster, services: [name])
        let services = try await api.call(
            "DescribeServices", request, answer: ECS.DescribeServicesResponse.self)
        guard services.services?.first != nil else {
            throw UserError("There is no service or task \(name) in the cluster \(cluster).")
        }
        var arns: [String] = []
        for status in [ECS.DesiredStatus.stopped, .running] { arns += try await list(id, status) }
        return try await describe(arns)
    }

    private func list(_ service: String, _ status: ECS.DesiredStatus) async throws -> [String] {
        var arns: [String] = []
        var token: String?
        repeat {
            let page = try await api.call(
                "ListTasks",
                ECS.ListTasksRequest(
                    cluster: cluster, nextToken: token, serviceName: service, desiredStatus: status),
                answer: ECS.ListTasksResponse.self)
            arns += page.taskArns ?? []
            token = page.nextToken
        } while token != nil
        return arns
    }

    private func describe(_ tasks: [String]) async throws -> [ECS.Task] {
        var found: [ECS.Task] = []
        for start in stride(from: 0, to: tasks.count, by: LogRegion.perRequest) {
            let some = Array(tasks[start..<min(start + LogRegion.perRequest, tasks.count)])
            let answer = try await api.call(
                "DescribeTasks", ECS.DescribeTasksRequest(cluster: cluster, tasks: some),
                answer: ECS.DescribeTasksResponse.self)
            found += answer.tasks ?? []
        }
        return found
    }

    func definition(_ arn: String) async throws -> ECS.TaskDefinition {
        let answer = try await api.call(
            "DescribeTaskDefinition", ECS.DescribeTaskDefinitionRequest(taskDefinition: arn),
            answer: ECS.DescribeTaskDefinitionResponse.self)
        return answer.taskDefinition ?? ECS.TaskDefinition()
    }

    /// Events of streams of a group.
    /// - Parameters:
    ///   - start: in milliseconds since 1970; nil for all.
    ///   - last: only so many, the latest.
    ///   - body: takes events page by page: of the latest first when `last` is given, else of the earliest.
    func events(
        _ group: String, _ streams: [String], from start: Int64?, last: Int?,
        _ body: ([Logs.FilteredLogEvent]) -> Void
    ) async throws {
        for first in stride(from: 0, to: streams.count, by: LogRegion.perRequest) {
            let some = Array(streams[first..<min(first + LogRegion.perRequest, streams.count)])
            try await page(group, some, start, last, body)
        }
    }

    private func page(
        _ group: String, _ streams: [String], _ start: Int64?, _ last: Int?,
        _ body: ([Logs.FilteredLogEvent]) -> Void
    ) async throws {
        var request = Logs.FilterLogEventsRequest(logGroupName: group, logStreamNames: streams)
        request.startTime = start.map { Int(max(0, $0)) }
        request.startFromHead = last == nil
        var left = last ?? .max
        repeat {
            if last != nil { request.limit = min(left, 10_000) }
            let answer: Logs.FilterLogEventsResponse
            do {
                answer = try await api.call("FilterLogEvents", of: .logs, request)
            } catch let error as WireError where error.code == "ResourceNotFoundException" {
                return try await withoutMissing(group, streams, start, last, body)
            }
            body(answer.events ?? [])
            left -= answer.events?.count ?? 0
            request.nextToken = answer.nextToken
        } while request.nextToken != nil && left > 0
    }

    /// A stream that is not there yet, or not any more, must not hide the others.
    private func withoutMissing(
        _ group: String, _ streams: [String], _ start: Int64?, _ last: Int?,
        _ body: ([Logs.FilteredLogEvent]) -> Void
    ) async throws {
        guard streams.count > 1 else { return }
        let half = streams.count / 2
        try await page(group, Array(streams[..<half]), start, last, body)
        try await page(group, Array(streams[half...]), start, last, body)
    }
}
