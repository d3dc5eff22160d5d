/// What the server has still to be told of a task, in order, one report at a time.
///
/// What containers do before the task runs waits for the report that the task runs (or has ended).
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
        let report = TaskReport(
            task: machine.arn, status: status, reason: status == .stopped ? machine.reason : "", containers: events,
            pullStartedAt: announced == nil ? machine.pullStartedAt : nil,
            pullStoppedAt: announced == nil ? machine.pullStoppedAt : nil,
            executionStoppedAt: machine.executionStoppedAt,
            attachments: announced == nil ? machine.attachments : [])
        events = []
        announced = status
        underWay = report
        return [.report(report)]
    }

    private func due(_ machine: TaskMachine) -> TaskReport.Status? {
        switch announced {
        case .stopped?: return nil
        case _ where machine.isStopped: return .stopped
        case .running?: return events.isEmpty ? nil : .running
        case nil:
            // A task that is on its way down before it was up is only ever reported as stopped.
            let isUp = machine.containers.allSatisfy(\.isSettled) && machine.isConnected && !machine.isStopRequested
            return isUp ? .running : nil
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
