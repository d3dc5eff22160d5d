import AWSModels
import AWSWire
import Testing

@testable import State

@Suite("A transaction") struct UndoTests {
    /// All that a snapshot tells, as text.
    private func told(by snapshot: Snapshot) -> [String] {
        var lines: [String] = []
        for task in snapshot.list(TaskRecord.self) { lines.append(String(decoding: task.storedBytes(), as: UTF8.self)) }
        for index in TaskRecord.indexes {
            snapshot.table(TaskRecord.self).forEach(index.name, prefix: "") { task in
                lines.append("\(index.name) \(task.id) \(task.version)")
                return true
            }
        }
        for instance in snapshot.list(ContainerInstanceRecord.self) {
            lines.append("\(instance.id) \(instance.status) \(snapshot.usage(of: instance.key))")
            for group in ["service:a", "service:b"] {
                lines.append("\(instance.id) \(group) \(snapshot.tasks(of: group, on: instance.key))")
            }
        }
        for service in ["a", "b"] {
            let tally = snapshot.tally(of: ServiceRecord.key("default", service))
            lines.append("\(service) \(tally.live) \(tally.unhealthy)")
        }
        return lines
    }

    private func change(_ transaction: inout Transaction, _ random: inout SeededRandom) {
        let instance = "i\(Int.random(in: 0..<3, using: &random))"
        let key = TaskRecord.key("default", "t\(Int.random(in: 0..<20, using: &random))")
        switch Int.random(in: 0..<6, using: &random) {
        case 0: transaction.delete(key)
        case 1: transaction.delete(ContainerInstanceRecord.key("default", instance))
        case 2:
            var record = ContainerInstanceRecord()
            (record.cluster, record.id, record.memoryMiB) = ("default", instance, 1_024)
            record.status = Bool.random(using: &random) ? .active : .draining
            transaction.put(record)
        default:
            var task = TaskRecord()
            (task.cluster, task.id, task.instanceID) = ("default", String(key.path.dropFirst(8)), instance)
            task.service = Bool.random(using: &random) ? "a" : "b"
            task.group = "service:\(task.service ?? "")"
            task.lastStatus = TaskStatus.allCases.randomElement(using: &random) ?? .pending
            // What a task takes never changes.
            task.memoryMiB = key.path.utf8.count
            task.hostPorts = [Int(key.path.utf8.last ?? 0)]
            task.version = Int.random(in: 1..<1_000, using: &random)
            var container = ContainerState()
            container.healthStatus = Bool.random(using: &random) ? .unhealthy : .healthy
            task.containers = [container]
            transaction.put(task)
        }
    }

    @Test("that is undone leaves all as it was", arguments: 1...20) func undoes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        for _ in 0..<100 { change(&transaction, &random) }
        let before = transaction.finish()
        var next = Transaction(before)
        for _ in 0..<50 { change(&next, &random) }
        #expect(told(by: next.snapshot) != told(by: before))
        next.undo()
        #expect(told(by: next.snapshot) == told(by: before))
        #expect(next.changes.isEmpty)
    }
}
