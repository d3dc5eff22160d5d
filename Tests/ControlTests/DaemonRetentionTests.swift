import AWSModels
import AWSWire
import State
import Testing

@testable import Control

/// What a daemon leaves behind vanishes when its time has come.
@Suite("Retention of daemons") struct DaemonRetentionTests {
    private let day: Int64 = 24 * 3_600

    private func decide(_ subject: String, _ world: DaemonWorld, after seconds: Int64) -> Plan {
        var context = DecisionContext(
            now: DaemonWorld.start.advanced(by: .seconds(seconds)), random: SeededRandom(seed: 1))
        return RetentionController().decide(subject, world.snapshot, &context)
    }

    @Test("a deleted definition is DELETED when no daemon needs it, and gone a day later")
    func definitions() {
        var world = DaemonWorld()
        world.settle()
        let key = DaemonTaskDefinitionRecord.key("logs", 1)
        world.transaction.update(key) { $0.status = .deleteInProgress }
        #expect(decide("daemonTaskDefinitions", world, after: 0) == Plan())
        world.deploy(nil)
        world.decide()
        #expect(decide("daemonTaskDefinitions", world, after: 0) == Plan(), "tasks of it live")
        world.settle()
        let plan = decide("daemonTaskDefinitions", world, after: 0)
        #expect(plan.wakeAt == DaemonWorld.start.advanced(by: .seconds(day)))
        world.transaction.apply(plan)
        #expect(world.snapshot.get(key)?.status == .deleted)
        #expect(decide("daemonTaskDefinitions", world, after: day - 1).changes.isEmpty)
        world.transaction.apply(decide("daemonTaskDefinitions", world, after: day))
        #expect(world.snapshot.get(key) == nil)
    }

    @Test("the end of a daemon or of its task wakes the definitions only when one waits")
    func subjects() {
        var world = DaemonWorld()
        let daemon = world.daemon ?? DaemonRecord()
        let change = Change.daemon(Delta(key: daemon.key, old: daemon, new: nil))
        #expect(RetentionController().subjects(of: change, in: world.snapshot) == [])
        world.transaction.update(DaemonTaskDefinitionRecord.key("logs", 1)) { $0.status = .deleteInProgress }
        #expect(RetentionController().subjects(of: change, in: world.snapshot) == ["daemonTaskDefinitions"])
    }

    @Test("deployments go 90 days after their end with the revisions that only they named; the newest stays")
    func deployments() {
        var world = DaemonWorld()
        world.settle()
        world.deploy("2")
        world.settle()
        #expect(decide("daemonDeployments", world, after: 90 * day - 1).changes.isEmpty)
        let plan = decide("daemonDeployments", world, after: 90 * day)
        #expect(plan.changes.map(\.name.key) == ["default/logs/d1", "default/logs/1"])
        world.transaction.apply(plan)
        #expect(decide("daemonDeployments", world, after: 900 * day) == Plan())
        world.deploy(nil)
        world.settle()
        world.transaction.apply(decide("daemonDeployments", world, after: 90 * day))
        #expect(world.snapshot.list(DaemonDeploymentRecord.self).isEmpty)
        #expect(world.snapshot.list(DaemonRevisionRecord.self).isEmpty)
    }
}
