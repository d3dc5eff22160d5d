import AWSModels
import AWSWire
import Logging
import NIOCore

/// What takes time: jobs, timers and reports. Each is looked after until it is over, at no more than constant cost,
/// however many there are.
extension Agent {
    /// Reports that may be under way at once. Source: amazon-ecs-agent submits for ten tasks at a time.
    private static let maximumReports = 10

    /// Begins something that takes time.
    func begin(_ work: @escaping @Sendable (Agent) async -> Void) {
        guard !isOver else { return }
        lastJob += 1
        let id = lastJob
        jobs[id] = Task {
            await work(self)
            jobs[id] = nil
        }
    }

    /// Delivers a timer later.
    func schedule(_ timer: AgentTimer, after delay: Duration) {
        guard !isOver else { return }
        lastJob += 1
        let id = lastJob
        timers[id] = loop.scheduleTask(in: TimeAmount(delay)) { [weak self] in
            Task { await self?.fire(id, timer) }
        }
    }

    private func fire(_ id: Int, _ timer: AgentTimer) {
        guard timers.removeValue(forKey: id) != nil else { return }
        deliver(.timer(timer))
    }

    /// Ends what is under way. Nothing begins any more.
    func endJobs() async {
        isOver = true
        for timer in timers.values { timer.cancel() }
        timers = [:]
        let underWay = Array(jobs.values)
        for job in underWay { job.cancel() }
        for job in underWay { await job.value }
    }

    // MARK: Reports

    /// Sends a report as soon as there is room for it.
    func send(_ report: TaskReport) {
        reports.append(report)
        sendNext()
    }

    private func sendNext() {
        while reportsUnderWay < Agent.maximumReports, let report = reports.popFirst() {
            reportsUnderWay += 1
            begin { agent in await agent.submit(report) }
        }
    }

    private func submit(_ report: TaskReport) async {
        do {
            let request = report.request(cluster: configuration.cluster)
            _ = try await api.call(
                "SubmitTaskStateChange", request, answer: ECS.SubmitTaskStateChangeResponse.self)
            reportsUnderWay -= 1
            deliver(.reported(task: report.task))
        } catch {
            let isFinal = (error as? WireError).map { TaskReport.refusals.contains($0.code) } ?? false
            let metadata: Logger.Metadata = ["task": "\(report.task)", "error": "\(error)", "final": "\(isFinal)"]
            logger.log(level: isFinal ? .warning : .debug, "a report was not taken", metadata: metadata)
            reportsUnderWay -= 1
            deliver(.reportFailed(task: report.task, isFinal: isFinal))
        }
        sendNext()
    }
}
