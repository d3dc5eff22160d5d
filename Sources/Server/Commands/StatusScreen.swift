import AWSModels
import AWSWire
import Agent
import NodeNet

/// The text of `roost status`.
enum StatusScreen {
    /// Reads the region through its API.
    /// - Throws: a `UserError` when the region does not answer.
    /// - Parameter http: for what the region's own pages tell.
    static func read(_ api: APIClient, _ http: HTTPClient, _ endpoint: String) async throws -> String {
        do {
            var lines = ["region \(endpoint)", ""]
            let names = try await api.call(
                "ListClusters", ECS.ListClustersRequest(), answer: ECS.ListClustersResponse.self)
            for arn in names.clusterArns ?? [] { lines += try await cluster(arn, api) }
            lines += PullsScreen.lines(try await page("/_roost/pulls", http, endpoint))
            lines += BalancersScreen.lines(try await page("/_roost/balancers", http, endpoint))
            return lines.joined(separator: "\n")
        } catch let error as WireError { throw UserError("\(error.code): \(error.message)") } catch is HTTPClientError {
            throw UserError("The region at \(endpoint) does not answer. Is `roost up` running?")
        }
    }

    /// One of the region's own pages.
    private static func page(_ path: String, _ http: HTTPClient, _ endpoint: String) async throws -> JSONValue {
        let request = HTTPRequestMessage(
            method: "GET", rawPath: path, headers: ["Host": ServerURL(endpoint)?.authority ?? ""])
        let answer = try await http.send(request, timeout: .seconds(30))
        return (try? JSONValue.parse(answer.body)) ?? .null
    }

    private static func cluster(_ arn: String, _ api: APIClient) async throws -> [String] {
        let found = try await api.call(
            "DescribeClusters", ECS.DescribeClustersRequest(clusters: [arn]),
            answer: ECS.DescribeClustersResponse.self)
        guard let cluster = found.clusters?.first else { return [] }
        var lines = [
            "cluster \(cluster.clusterName ?? "")   instances \(cluster.registeredContainerInstancesCount ?? 0)   "
                + "tasks \(cluster.runningTasksCount ?? 0) running, \(cluster.pendingTasksCount ?? 0) pending"
        ]
        lines += try await services(arn, api)
        lines += try await instances(arn, api)
        return lines + [""]
    }

    private static func services(_ cluster: String, _ api: APIClient) async throws -> [String] {
        var lines: [String] = []
        var token: String?
        repeat {
            let page = try await api.call(
                "ListServices", ECS.ListServicesRequest(cluster: cluster, nextToken: token, maxResults: 10),
                answer: ECS.ListServicesResponse.self)
            token = page.nextToken
            guard let arns = page.serviceArns, !arns.isEmpty else { break }
            let found = try await api.call(
                "DescribeServices", ECS.DescribeServicesRequest(cluster: cluster, services: arns),
                answer: ECS.DescribeServicesResponse.self)
            for service in found.services ?? [] {
                lines.append(
                    "  service  \(padded(service.serviceName ?? "", 32)) \(service.runningCount ?? 0)/"
                        + "\(service.desiredCount ?? 0)  \(last(service.taskDefinition))")
            }
        } while token != nil
        return lines
    }

    private static func instances(_ cluster: String, _ api: APIClient) async throws -> [String] {
        let page = try await api.call(
            "ListContainerInstances", ECS.ListContainerInstancesRequest(cluster: cluster),
            answer: ECS.ListContainerInstancesResponse.self)
        guard let arns = page.containerInstanceArns, !arns.isEmpty else { return [] }
        let found = try await api.call(
            "DescribeContainerInstances",
            ECS.DescribeContainerInstancesRequest(cluster: cluster, containerInstances: arns),
            answer: ECS.DescribeContainerInstancesResponse.self)
        return (found.containerInstances ?? []).map { instance in
            let zone = instance.attributes?.first { $0.name == "ecs.availability-zone" }?.value ?? "-"
            let connection = instance.agentConnected ?? false ? "connected" : "disconnected"
            return "  instance \(padded(last(instance.containerInstanceArn), 32)) \(zone)  "
                + "\(instance.status ?? "")  \(connection)  \(instance.runningTasksCount ?? 0) tasks  "
                + "cpu \(size("CPU", instance))  memory \(size("MEMORY", instance))"
        }
    }

    /// What is left of what there is.
    private static func size(_ name: String, _ instance: ECS.ContainerInstance) -> String {
        func value(_ list: [ECS.Resource]?) -> Int { list?.first { $0.name == name }?.integerValue ?? 0 }
        return "\(value(instance.remainingResources))/\(value(instance.registeredResources))"
    }

    private static func last(_ arn: String?) -> String { String(arn?.split(separator: "/").last ?? "") }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
