import AWSWire
import Agent

/// What an agent has on its disk. A write takes time; a crash loses what was not yet written.
///
/// Safe because a world runs in one thread.
final class SimulatedJournal: @unchecked Sendable {
    private let timeline: Timeline
    private let dice: Dice
    /// By ARN.
    private var entries: [String: JSONValue] = [:]
    private(set) var containerInstanceARN: String?
    let instanceID: String

    private struct Write {
        var entries: [JournalEntry]
        var forgotten: [String]
    }

    private var underWay: Write?
    /// Whether writes fail at the moment.
    var isFull = false
    /// Counts crashes, so that a write of a dead agent is told from that of a living one.
    private var generation = 0

    init(_ timeline: Timeline, _ dice: Dice) {
        self.timeline = timeline
        self.dice = dice
        instanceID = "i-" + dice.random.hex(17)
    }

    /// The tasks, as an agent finds them at its start.
    var tasks: [JSONValue] { entries.sorted { $0.key < $1.key }.map(\.value) }

    /// The ARNs of the tasks that are known to have to stop.
    var stopping: Set<String> {
        Set(entries.filter { $0.value["stopRequested"]?.boolValue == true }.map(\.key))
    }

    func save(containerInstanceARN arn: String) { containerInstanceARN = arn }

    /// Writes a batch: first what is to be kept, then what is to be forgotten.
    /// - Parameter done: called at the end, with whether the entries are durable. If not, none of it was kept.
    func write(_ entries: [JournalEntry], _ forgotten: [String], done: @escaping (_ isSaved: Bool) -> Void) {
        let write = Write(entries: entries, forgotten: forgotten)
        underWay = write
        let generation = generation
        timeline.after(dice.chance(0.02) ? dice.milliseconds(100...3_000) : dice.milliseconds(1...15)) {
            [self] in
            guard generation == self.generation else { return }
            underWay = nil
            guard !isFull else { return done(false) }
            for entry in write.entries { self.entries[entry.task] = entry.content }
            for task in write.forgotten { self.entries[task] = nil }
            done(true)
        }
    }

    /// The agent died: each file of the batch is whole, or as it was before.
    func crash() {
        generation += 1
        guard let write = underWay else { return }
        underWay = nil
        for entry in write.entries.prefix(dice.number(0...write.entries.count)) {
            entries[entry.task] = entry.content
        }
    }
}
