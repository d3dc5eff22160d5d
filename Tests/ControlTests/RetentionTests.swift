import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// What is over vanishes when its time has come, not before, and nothing happens in between.
@Suite("Retention") struct RetentionTests {
    private static let start = Timestamp(milliseconds: 1_767_225_600_000)
    private let controller = RetentionController()

    private func snapshot(_ body: (inout Transaction) -> Void) -> Snapshot {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var cluster = ClusterRecord()
        cluster.name = "default"
        transaction.put(cluster)
        body(&transaction)
        return transaction.snapshot
    }

    private func decide(_ subject: String, _ snapshot: Snapshot, after seconds: Int64) -> Plan {
        var context = DecisionContext(
            now: RetentionTests.start.advanced(by: .seconds(seconds)), random: SeededRandom(seed: 1))
        return controller.decide(subject, snapshot, &context)
    }

    private func task(_ id: String, stoppedAfter seconds: Int64?, revision: Int = 1) -> TaskRecord {
        var task = TaskRecord()
        task.cluster = "default"
        task.id = id
        task.family = "web"
        task.revision = revision
        if let seconds {
            task.desiredStatus = .stopped
            task.lastStatus = .stopped
            task.stoppedAt = RetentionTests.start.advanced(by: .seconds(seconds))
        }
        return task
    }

    @Test("a stopped task vanishes an hour after it stopped; a running one stays")
    func tasks() {
        let snapshot = snapshot { tx in
            tx.put(task("a", stoppedAfter: 0))
            tx.put(task("b", stoppedAfter: 60))
            tx.put(task("c", stoppedAfter: nil))
        }
        let early = decide("tasks", snapshot, after: 3_599)
        #expect(early.changes.isEmpty)
        #expect(early.wakeAt == RetentionTests.start.advanced(by: .seconds(3_600)))
        let due = decide("tasks", snapshot, after: 3_600)
        #expect(due.changes.map(\.name.key) == ["default/a"])
        #expect(due.wakeAt == RetentionTests.start.advanced(by: .seconds(3_660)))
    }

    @Test("deciding on the result of its own plan gives an empty plan")
    func settles() {
        let snapshot = snapshot { tx in tx.put(task("a", stoppedAfter: 0)) }
        var transaction = Transaction(snapshot)
        transaction.apply(decide("tasks", snapshot, after: 4_000))
        #expect(decide("tasks", transaction.snapshot, after: 4_000) == Plan())
    }

    @Test("a session that nobody used is forgotten when its time has come")
    func executeSessions() {
        let end = RetentionTests.start.advanced(by: .seconds(60))
        let snapshot = snapshot { tx in
            var session = ExecuteSessionRecord()
            session.id = "s"
            session.expiresAt = end
            tx.put(session)
        }
        #expect(decide("executeSessions", snapshot, after: 59) == Plan(wakeAt: end))
        #expect(decide("executeSessions", snapshot, after: 60).changes.map(\.name.key) == ["s"])
    }

    @Test("a deleted capacity provider vanishes after a day; an ACTIVE one stays")
    func capacityProviders() {
        let snapshot = snapshot { tx in
            for name in ["gone", "there"] {
                var provider = CapacityProviderRecord()
                provider.name = name
                provider.status = name == "gone" ? .inactive : .active
                provider.deletedAt = name == "gone" ? RetentionTests.start : nil
                tx.put(provider)
            }
        }
        let day: Int64 = 24 * 3_600
        let early = decide("capacityProviders", snapshot, after: day - 1)
        #expect(early == Plan(wakeAt: RetentionTests.start.advanced(by: .seconds(day))))
        #expect(decide("capacityProviders", snapshot, after: day).changes.map(\.name.key) == ["gone"])
    }

    @Test("an INACTIVE cluster vanishes after a day, and after what was in it")
    func clusters() {
        func snapshot(withTask: Bool) -> Snapshot {
            self.snapshot { tx in
                tx.update(ClusterRecord.key("default")) { cluster in
                    cluster.status = .inactive
                    cluster.deletedAt = RetentionTests.start
                }
                if withTask { tx.put(task("a", stoppedAfter: 0)) }
            }
        }
        let day: Int64 = 24 * 3_600
        #expect(decide("clusters", snapshot(withTask: false), after: day - 1).changes.isEmpty)
        #expect(decide("clusters", snapshot(withTask: false), after: day).changes.count == 1)
        #expect(decide("clusters", snapshot(withTask: true), after: day) == Plan())
    }

    @Test("an INACTIVE service and instance vanish after a day, a client token at its expiry")
    func others() {
        let day: Int64 = 24 * 3_600
        let snapshot = snapshot { tx in
            var service = ServiceRecord()
            (service.cluster, service.name, service.status) = ("default", "s", .inactive)
            service.deletedAt = RetentionTests.start
            tx.put(service)
            var instance = ContainerInstanceRecord()
            (instance.cluster, instance.id, instance.status) = ("default", "i", .inactive)
            instance.deregisteredAt = RetentionTests.start
            tx.put(instance)
            var token = ClientTokenRecord()
            (token.scope, token.token) = ("RunTask", "t")
            token.expiresAt = RetentionTests.start.advanced(by: .seconds(day))
            tx.put(token)
        }
        for subject in ["services", "containerInstances", "clientTokens"] {
            #expect(decide(subject, snapshot, after: day - 1).changes.isEmpty, "\(subject)")
            #expect(decide(subject, snapshot, after: day).changes.count == 1, "\(subject)")
        }
    }

    @Test("a deleted definition goes when no task that is still described uses it", arguments: [true, false])
    func definitions(isUsed: Bool) {
        let snapshot = snapshot { tx in
            var definition = TaskDefinitionRecord()
            (definition.family, definition.revision, definition.status) = ("web", 1, .deleteInProgress)
            tx.put(definition)
            if isUsed { tx.put(task("a", stoppedAfter: 0)) }
            tx.put(task("b", stoppedAfter: nil, revision: 2))
        }
        #expect(decide("taskDefinitions", snapshot, after: 0).changes.isEmpty == isUsed)
    }

    @Test("the end of a task wakes the definitions only when one waits")
    func subjects() {
        let task = task("a", stoppedAfter: 0)
        let stop = Change.task(Delta(key: task.key, old: nil, new: task))
        let end = Change.task(Delta(key: task.key, old: task, new: nil))
        let waiting = snapshot { tx in
            var definition = TaskDefinitionRecord()
            (definition.family, definition.revision, definition.status) = ("web", 1, .deleteInProgress)
            tx.put(definition)
        }
        #expect(controller.subjects(of: stop, in: waiting) == ["tasks"])
        #expect(controller.subjects(of: end, in: snapshot { _ in }) == [])
        #expect(controller.subjects(of: end, in: waiting) == ["taskDefinitions"])
    }
}
