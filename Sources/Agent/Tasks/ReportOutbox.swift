/// What the server has still to be told of a task, in order, one report at a time.
///
/// What containers do before the task runs waits for the report that the task runs (or has ended). A network interface
/// does not: the task is PROVISIONING without it.
/// Source: amazon-ecs-agent, agent/eventhandler/task_handler.go: events of containers ride on those of the task.
struct ReportOutbox: Sendable {
    private var events: [ContainerReport] = []
    private(set) var underWay: TaskReport?
    /// The highest status that a report was made for.
    private(set) var announced: TaskReport.Status?
    /// The highest status that the server took.
    private(set) var acknowledged: TaskReport.Status?
    private var attempts = 0
    private var isWaiting = false

    var isEmpty: Bool { underWay == nil && events.isEmpty }

    init() {}

    /// An outbox as it was when a journal was written.
    init(acknowledged: TaskReport.Status?) {
        announced = acknowledged
        self.acknowledged = acknowledged
    }

    mutating func add(_ event: ContainerReport) {
        guard announced != .stopped else { return }
        events.append(event)
    }

    /// The next report, when one is due and none is under way.
    mutating func next(_ machine: TaskMachine) -> [TaskAction] {
        guard underWay == nil, let status = due(machine) else { return [] }
        let attachments = announced == nil ? machine.attachments : []
        let isFirst = announced == nil || announced == .pending
        let report =
            status == .pending
            ? TaskReport(task: machine.arn, status: status, attachments: attachments)
            : TaskReport(
                task: machine.arn, status: status, reason: status == .stopped ? machine.reason : "",
                containers: events, pullStartedAt: isFirst ? machine.pullStartedAt : nil,
                pullStoppedAt: isFirst ? machine.pullStoppedAt : nil,
                executionStoppedAt: machine.executionStoppedAt, attachments: attachments)
        if status != .pending { events = [] }
        announced = status
        underWay = report
        return [.report(report)]
    }

    private func due(_ machine: TaskMachine) -> TaskReport.Status? {
        switch announced {
        case .stopped?: return nil
        case _ where machine.isStopped: return .stopped
        case .running?: return events.isEmpty ? nil : .running
        // A task that is on its way down before it was up is only ever reported as stopped.
        case _ where machine.isStopRequested: return nil
        case _ where machine.containers.allSatisfy(\.isSettled) && machine.isConnected: return .running
        case .pending?: return nil
        case nil: return machine.attachments.isEmpty ? nil : .pending
        }
    }

    mutating func succeeded() {
        acknowledged = underWay?.status ?? acknowledged
        underWay = nil
        attempts = 0
    }

    /// Source: amazon-ecs-agent, agent/eventhandler: 30 ms growing to 5 min.
    mutating func failed(isFinal: Bool) -> [TaskAction] {
        guard underWay != nil, !isWaiting else { return [] }
        if isFinal {
            succeeded()
            return [.save]
        }
        isWaiting = true
        attempts += 1
        let wait = min(Duration.milliseconds(30 << min(attempts, 14)), .seconds(300))
        return [.schedule(.report, after: wait)]
    }

    /// The report that failed, once more.
    mutating func retry() -> [TaskAction] {
        guard isWaiting, let underWay else { return [] }
        isWaiting = false
        return [.report(underWay)]
    }
}
