import AWSModels
import AWSWire
import NodeNet

/// The calls of CloudWatch Logs that delivering output takes.
///
/// Seam: they are made as the agent, also for a task with an execution role; with policies of roles it matters who
/// calls.
struct LogClient: Sendable {
    private let api: APIClient
    /// Whether the other side is a region of ours, which keeps positions.
    private let keepsPositions: Bool

    init(_ api: APIClient, keepsPositions: Bool) {
        self.api = api
        self.keepsPositions = keepsPositions
    }

    /// Makes the stream, and its group if that is wanted.
    /// - Throws: the API's `WireError`, or an error without an answer.
    func prepare(_ options: AWSLogsOptions, id: String) async throws {
        let stream = options.streamName(id)
        do {
            try await createStream(options.group, stream)
        } catch let error as WireError where error.code == "ResourceNotFoundException" && options.createsGroup {
            let request = Logs.CreateLogGroupRequest(logGroupName: options.group)
            do {
                _ = try await api.call("CreateLogGroup", of: .logs, request, answer: EmptyShape.self)
            } catch let error as WireError where error.code == "ResourceAlreadyExistsException" {}
            try await createStream(options.group, stream)
        }
    }

    private func createStream(_ group: String, _ stream: String) async throws {
        let request = Logs.CreateLogStreamRequest(logGroupName: group, logStreamName: stream)
        do {
            _ = try await api.call("CreateLogStream", of: .logs, request, answer: EmptyShape.self)
        } catch let error as WireError where error.code == "ResourceAlreadyExistsException" {}
    }

    /// Delivers a batch.
    /// - Parameter position: where the batch begins.
    func put(_ batch: LogBatches.Batch, _ subject: LogShipper.Subject, from position: LogPosition) async throws {
        let token = keepsPositions ? "roost/\(subject.id)/\(position.text)/\(batch.position.text)" : nil
        let request = Logs.PutLogEventsRequest(
            logGroupName: subject.options.group, logStreamName: subject.options.streamName(subject.id),
            logEvents: batch.events, sequenceToken: token)
        _ = try await api.call("PutLogEvents", of: .logs, request, answer: Logs.PutLogEventsResponse.self)
    }
}

extension AWSLogsOptions {
    /// The stream's name; without a prefix it is the container's id.
    func streamName(_ id: String) -> String { stream.isEmpty ? id : stream }
}
