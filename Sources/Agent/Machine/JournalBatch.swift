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
