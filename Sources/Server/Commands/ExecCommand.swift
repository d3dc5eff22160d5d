import AWSModels
import AWSWire
import Agent
import ArgumentParser
import Foundation
import NIOPosix
import NodeNet

/// `roost exec`: a command in a container of a running task, through the API and the data channel that AWS's own client
/// uses.
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run a command in a container of a running task.",
        discussion: """
            Without a command it opens a shell, /bin/sh. The exit code is the command's; 255 says that the session \
            came to nothing. With a terminal the command gets one, too; without, its input, output and error output \
            are those of this command. The task must have been started with --enable-execute-command.
            """)

    @OptionGroup var data: DataOption

    @Argument(help: "A task (its id or ARN), or a service, of which a running task is taken.")
    var target: String

    @Option(help: "The cluster (ROOST_CLUSTER; default: default).")
    var cluster: String?

    @Option(help: "The container; it need not be named when the task has one only.")
    var container: String?

    @Argument(parsing: .postTerminator, help: "The command and its arguments, behind --.")
    var command: [String] = []

    func run() async throws {
        let directory = DataDirectory(path: data.directory)
        let (endpoint, region) = try directory.announced()
        guard let url = ServerURL(endpoint) else { throw UserError("\(endpoint) is no address.") }
        let api = APIClient(
            url, credential: try directory.keptCredential(), region: region,
            group: MultiThreadedEventLoopGroup.singleton, now: { WallClock.now })
        let session = try await start(api)
        let code = try await ExecClient(session, api).run()
        Foundation.exit(code)
    }

    private var clusterName: String { cluster ?? Environment.roost("CLUSTER") ?? "default" }

    private func start(_ api: APIClient) async throws -> ECS.Session {
        do {
            let request = ECS.ExecuteCommandRequest(
                cluster: clusterName, container: container, command: ExecClient.text(of: command), interactive: true,
                task: try await task(api))
            let answer = try await api.call("ExecuteCommand", request, answer: ECS.ExecuteCommandResponse.self)
            guard let session = answer.session else { throw UserError("The region opened no session.") }
            return session
        } catch let error as WireError { throw UserError(error.message) }
    }

    /// The task meant. Ids of tasks are 32 hexadecimal digits; a service may be named like that, but nobody does it.
    private func task(_ api: APIClient) async throws -> String {
        let isID = target.utf8.count == 32 && target.allSatisfy(\.isHexDigit)
        guard !isID, !target.contains(":task/") else { return target }
        let request = ECS.ListTasksRequest(cluster: clusterName, serviceName: target, desiredStatus: .running)
        let listed = try await api.call("ListTasks", request, answer: ECS.ListTasksResponse.self)
        let arns = Array((listed.taskArns ?? []).prefix(100))
        guard !arns.isEmpty else { throw UserError("The service \(target) has no running task.") }
        let tasks =
            try await api.call(
                "DescribeTasks", ECS.DescribeTasksRequest(cluster: clusterName, tasks: arns),
                answer: ECS.DescribeTasksResponse.self
            ).tasks ?? []
        let running = tasks.filter { $0.lastStatus == "RUNNING" }
        guard let found = running.first(where: { $0.enableExecuteCommand == true }) ?? running.first,
            let arn = found.taskArn
        else { throw UserError("No task of the service \(target) runs yet.") }
        return arn
    }
}
