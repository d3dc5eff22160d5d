import AWSWire
import State

/// What a user of ECS sees happen in a scenario, line by line. What happens to several tasks in one second is one line.
struct ScenarioHistory {
    private struct Entry {
        var text: String
        /// The numbers of the tasks it is about; empty for a line that is not about tasks.
        var tasks: [String] = []
        /// Whether it is a line of the scenario: what comes after it is apart from what came before.
        var isCommand = false
    }

    /// Longer lines of a scenario are cut.
    private static let commandLength = 106

    private(set) var lines: [String] = []
    /// The lines of this second.
    private var entries: [Entry] = []
    private var second: Int64 = 0

    /// Adds a line.
    mutating func say(_ text: String) { entries.append(Entry(text: text)) }

    /// Adds a line of the scenario.
    mutating func say(command text: String) {
        let isLong = text.count > ScenarioHistory.commandLength
        let shown = isLong ? text.prefix(ScenarioHistory.commandLength - 1) + "…" : text[...]
        entries.append(Entry(text: "> \(shown)", isCommand: true))
    }

    /// Adds a line about a task, or the task to the line that says the same of others.
    mutating func say(_ text: String, of task: String) {
        let start = entries.lastIndex(where: \.isCommand) ?? 0
        if let index = entries[start...].firstIndex(where: { $0.text == text && !$0.tasks.isEmpty }) {
            entries[index].tasks.append(task)
        } else {
            entries.append(Entry(text: text, tasks: [task]))
        }
    }

    /// Whether the next second has begun.
    func isOver(at now: Timestamp) -> Bool { ScenarioHistory.second(of: now) > second }

    /// Writes the lines of the second down.
    mutating func close(at now: Timestamp) {
        let time = ScenarioHistory.clock(second)
        for entry in entries {
            let numbers = entry.tasks.sorted { ($0.count, $0) < ($1.count, $1) }.joined(separator: ", ")
            switch entry.tasks.count {
            case 0: lines.append("\(time)  \(entry.text)")
            case 1: lines.append("\(time)  task \(numbers) \(entry.text)")
            default: lines.append("\(time)  tasks \(numbers) \(entry.text)")
            }
        }
        entries = []
        second = ScenarioHistory.second(of: now)
    }

    private static func second(of time: Timestamp) -> Int64 { (time - Timeline.start).wholeMilliseconds / 1_000 }

    /// `0:01:40`
    private static func clock(_ seconds: Int64) -> String {
        let parts = [seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(seconds / 3_600):\(parts[0]):\(parts[1])"
    }
}
