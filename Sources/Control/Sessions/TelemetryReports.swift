import AWSModels
import AWSWire
import NodeLink
import State

/// What the server answers to an agent's measurements (TCS), and what it keeps of them.
package enum TelemetryReports {
    /// The acknowledgement of a message; nil when it needs none. Agents cut sessions in which nothing is acknowledged.
    package static func answer(to message: TCSMessage) -> TCSMessage? {
        switch message {
        case .metrics: .metricsAck(TCS.AckPublishMetric(message: "ok"))
        case .health: .healthAck(TCS.AckPublishHealth(message: "ok"))
        case .instanceStatus: .instanceStatusAck(TCS.AckPublishInstanceStatus(message: "ok"))
        default: nil
        }
    }

    /// Whether there is something to keep in the state. Metrics are none of it: see `UsageMetrics`.
    package static func concernsState(_ message: TCSMessage) -> Bool {
        switch message {
        case .health, .instanceStatus: true
        default: false
        }
    }

    /// Keeps what a message says of an instance and its tasks.
    package static func keep(
        _ message: TCSMessage, from instance: Key<ContainerInstanceRecord>, _ transaction: inout Transaction,
        at now: Timestamp
    ) {
        switch message {
        case .health(let request): transaction.noteHealth(reports(request, instance))
        case .instanceStatus(let request):
            for status in request.statuses ?? [] where status.type == "ContainerRuntime" {
                transaction.noteRuntime(
                    instance, status: status.status ?? "", updatedAt: status.lastUpdated ?? now,
                    changedAt: status.lastStatusChange ?? now)
            }
        default: break
        }
    }

    private static func reports(
        _ request: TCS.PublishHealthRequest, _ instance: Key<ContainerInstanceRecord>
    ) -> [HealthReport] {
        let cluster = String(instance.path.prefix { $0 != "/" })
        return (request.tasks ?? []).flatMap { (task) -> [HealthReport] in
            let id = task.taskArn?.split(separator: "/").last.map(String.init) ?? ""
            return (task.containers ?? []).compactMap { (container) -> HealthReport? in
                guard let health = container.healthStatus.flatMap(ECS.HealthStatus.init(rawValue:)) else { return nil }
                return HealthReport(
                    task: TaskRecord.key(cluster, id), container: container.containerName ?? "", health: health)
            }
        }
    }
}
