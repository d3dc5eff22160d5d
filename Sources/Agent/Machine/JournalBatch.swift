import NodeLink

/// What one write of the journal takes: the last form of each task, and what may be said once it is durable.
package struct JournalBatch: Sendable {
    /// The tasks to keep, in order of their ARNs.
    package var entries: [JournalEntry] { kept.values.sorted { $0.task < $1.task } }
    /// The tasks to forget.
    package private(set) var forgotten: [String] = []
    /// To be sent when the write is durable.
    package private(set) var messages: [ACSMessage] = []
    /// Reports that waited for the write.
    package private(set) var reports: [TaskReport] = []
    private var kept: [String: JournalEntry] = [:]

    /// How long after a write that failed the next one is tried.
    package static let retryPause: Duration = .seconds(1)

    /// The batch as actions: what a write that failed leaves to be done.
    ///
    /// Nothing of it may be left out: a report of a task that the journal does not know would tell the server that the
    /// agent has the task, and after a crash nobody would.
    package var actions: [AgentAction] {
        forgotten.map { .forget(task: $0) } + [.save(entries, thenSend: messages)] + reports.map { .report($0) }
    }

    /// Gathers what waits for the journal, in order.
    package init(_ actions: [AgentAction]) {
        for action in actions {
            switch action {
            case .save(let entries, let acks):
                for entry in entries { kept[entry.task] = entry }
                messages += acks
            case .forget(let task):
                kept[task] = nil
                forgotten.append(task)
            case .report(let report): reports.append(report)
            default: continue
            }
        }
    }
}
