import AWSModels
import AWSWire
import Scheduling
import State
import Testing

@testable import Control

/// A daemon of managed instances runs one task on each of them, and a deployment changes them in steps.
@Suite("A daemon of managed instances") struct ManagedDaemonTests {
    @Test("one task on each instance of its capacity providers, and none elsewhere")
    func covers() {
        var world = DaemonWorld()
        world.addInstance("other", provider: "other")
        world.addInstance("own", provider: nil)
        world.settle()
        #expect(world.running == ["i0:1", "i1:1"])
        #expect(world.deployment?.status == .successful)
        #expect(world.daemon?.stableRevision == "1")
        let task = world.snapshot.liveTasks(of: world.key).first
        #expect(task?.launchType == .managedInstances)
        #expect(task?.group == "daemon:logs")
        #expect(task?.capacityProviderName == "cp")
        #expect(task?.definitionKey == .daemonTask(DaemonTaskDefinitionRecord.key("logs", 1)))
        world.addInstance("i2")
        world.settle()
        #expect(world.running == ["i0:1", "i1:1", "i2:1"])
    }

    @Test("without instances a deployment is successful at once")
    func empty() {
        var world = DaemonWorld(instances: 0)
        world.decide()
        #expect(world.deployment?.status == .successful)
        #expect(world.decide().changes.isEmpty)
    }

    @Test("deciding twice gives equal plans, deciding on the result of one's own plan gives an empty one")
    func laws() {
        let check = { (world: DaemonWorld) in
            var (once, twice) = (world, world)
            #expect(once.decide() == twice.decide())
            #expect(once.decide().changes.isEmpty, "\(world.running)")
        }
        var world = DaemonWorld(instances: 4)
        check(world)
        world.settle { _ in
            nil
        } _: {
            check($0)
        }
        world.deploy("2")
        check(world)
        world.settle { _ in
            nil
        } _: {
            check($0)
        }
        world.deploy("3")
        world.settle(seconds: 600) {
            $0.daemonRevision == "3" ? .taskFailedToStart : nil
        } _: {
            check($0)
        }
        world.addInstance("small", memory: 1)
        world.deploy("4")
        world.settle(seconds: 600) { _ in
            nil
        } _: {
            check($0)
        }
        world.deploy(nil)
        check(world)
    }

    @Test(
        "an update changes a share of the instances at a time, each only after the other",
        arguments: [(25.0, 1), (50, 2), (1, 1), (100, 4)])
    func steps(percent: Double, size: Int) {
        var world = DaemonWorld(instances: 4)
        world.settle()
        world.deploy("2", drainPercent: percent)
        var steps: [Int] = []
        world.settle { _ in
            nil
        } _: { world in
            let live = Dictionary(grouping: world.snapshot.liveTasks(of: world.key)) { $0.instanceID ?? "" }
            #expect(live.values.allSatisfy { $0.count <= 1 }, "an old task is gone before the new one comes")
            #expect(live.count >= 4 - size)
            if let step = world.deployment?.step, !step.isEmpty { steps.append(step.count) }
        }
        #expect(steps.allSatisfy { $0 == size })
        #expect(!steps.isEmpty)
        #expect(world.running == ["i0:2", "i1:2", "i2:2", "i3:2"])
        #expect(world.deployment?.status == .successful)
        #expect(world.daemon?.stableRevision == "2")
    }

    @Test("the bake time follows the last instance")
    func bakes() {
        var world = DaemonWorld(instances: 2)
        world.deploy("1", bakeMinutes: 5)
        world.settle()
        #expect(world.deployment?.status == .inProgress)
        #expect(world.decide().wakeAt == DaemonWorld.start.advanced(by: .seconds(300)))
        world.settle(seconds: 300)
        #expect(world.deployment?.status == .successful)
        #expect(world.deployment?.finishedAt == DaemonWorld.start.advanced(by: .seconds(300)))
    }

    @Test("too many failures bring the last revision back")
    func rollsBack() {
        var world = DaemonWorld(instances: 4)
        world.settle()
        world.deploy("2")
        world.settle(seconds: 600) { $0.daemonRevision == "2" ? .taskFailedToStart : nil }
        #expect(world.deployment?.status == .rollbackSuccessful)
        #expect(world.deployment?.failures == 3)
        #expect(world.deployment?.isCircuitBreakerTriggered == true)
        #expect(world.deployment?.rollbackRevision == "1")
        #expect(world.running == ["i0:1", "i1:1", "i2:1", "i3:1"])
    }

    @Test("a deployment that fails comes to rest before it turns back")
    func comesToRest() {
        var world = DaemonWorld(instances: 4)
        world.settle()
        world.deploy("2", drainPercent: 100)
        world.decide()
        world.letAgentsWork()
        world.decide()
        // Three of the four fail at once; the fourth is still on its way.
        for task in world.snapshot.liveTasks(of: world.key) where task.instanceID != "i3" {
            world.letAgentsWork(only: task.id) { _ in .taskFailedToStart }
        }
        world.decide()
        #expect(world.deployment?.status == .stopRequested)
        #expect(world.deployment?.statusReason == "The deployment circuit breaker was triggered.")
        #expect(world.running.isEmpty)
        #expect(world.daemon?.targetRevision == "2")
        #expect(world.decide().changes.isEmpty)
        world.letAgentsWork()
        world.decide()
        #expect(world.deployment?.status == .rollbackInProgress)
        #expect(world.running == ["i0:1", "i1:1", "i2:1", "i3:1"])
        world.settle()
        #expect(world.deployment?.status == .rollbackSuccessful)
    }

    @Test("a roll-back that fails, too, ends, and the daemon goes on trying")
    func rollbackFails() {
        var world = DaemonWorld(instances: 1)
        world.settle()
        world.deploy("2")
        world.settle(seconds: 3_600) { $0.startedAt == nil ? .taskFailedToStart : nil }
        #expect(world.deployment?.status == .rollbackFailed)
        world.settle(seconds: 3_600)
        #expect(world.running == ["i0:1"])
    }

    @Test("a first deployment that fails is stopped, and nothing more starts")
    func stops() {
        var world = DaemonWorld(instances: 1)
        world.settle(seconds: 600) { _ in .essentialContainerExited }
        #expect(world.deployment?.status == .stopped)
        #expect(world.running.isEmpty)
        let plan = world.decide()
        #expect(plan == Plan())
        world.deploy("2")
        world.settle(seconds: 600)
        #expect(world.running == ["i0:2"])
    }

    @Test("an alarm that went off brings the last revision back, when alarms are on")
    func alarms() {
        for alarm in ["high", nil] {
            var world = DaemonWorld(instances: 1)
            world.settle()
            world.deploy("2", bakeMinutes: 5, alarm: alarm)
            world.settle()
            var record = AlarmRecord()
            record.name = "high"
            record.state = .alarm
            world.transaction.put(record)
            world.settle(seconds: 600)
            #expect(world.deployment?.status == (alarm == nil ? .successful : .rollbackSuccessful))
        }
    }

    @Test("a task that ended comes back, later each time it fails in a row")
    func backsOff() {
        var world = DaemonWorld(instances: 1)
        world.settle()
        var waits: [Int64] = []
        for _ in 0..<3 {
            world.letAgentsWork { $0.daemon == nil ? nil : .essentialContainerExited }
            let wait = world.decide().wakeAt.map { ($0 - world.now).components.seconds }
            waits.append(wait ?? 0)
            world.settle(seconds: 60)
        }
        #expect(waits == [1, 2, 4])
        world.now = world.now.advanced(by: .seconds(3_600))
        world.letAgentsWork { $0.daemon == nil ? nil : .essentialContainerExited }
        #expect(world.decide().wakeAt == world.now.advanced(by: .seconds(1)), "a task that ran long was sound")
    }

    @Test("a critical daemon that fails takes the other tasks with it, another one does not", arguments: [true, false])
    func critical(isCritical: Bool) {
        for code in [ECS.TaskStopCode.essentialContainerExited, .userInitiated] {
            var world = DaemonWorld(instances: 2, isCritical: isCritical)
            world.settle()
            world.addTask("near", on: "i0")
            world.addTask("far", on: "i1")
            world.letAgentsWork { $0.daemon != nil && $0.instanceID == "i0" ? code : nil }
            let near = world.snapshot.get(TaskRecord.key("default", "near"))
            let far = world.snapshot.get(TaskRecord.key("default", "far"))
            #expect(near?.desiredStatus == (isCritical ? .stopped : .running))
            #expect(near?.stopCode == (isCritical ? .infrastructureHealth : nil))
            #expect(far?.desiredStatus == .running)
            world.settle(seconds: 60)
            #expect(world.running == ["i0:1", "i1:1"])
        }
    }

    @Test("an unhealthy task is replaced, and counts as a failure")
    func unhealthy() {
        var world = DaemonWorld(instances: 1)
        world.settle()
        world.addTask("near", on: "i0")
        let task = world.snapshot.liveTasks(of: world.key)[0]
        world.transaction.update(task.key) { $0.containers[0].healthStatus = .unhealthy }
        world.decide()
        #expect(world.running.isEmpty)
        #expect(world.snapshot.get(TaskRecord.key("default", "near"))?.desiredStatus == .stopped)
        #expect(world.daemon?.failedTasks == 1)
        world.settle(seconds: 60)
        #expect(world.running == ["i0:1"])
    }

    @Test("an instance with a critical daemon takes other tasks only while that runs", arguments: [true, false])
    func gate(isCritical: Bool) {
        var world = DaemonWorld(instances: 1, isCritical: isCritical)
        world.addInstance("own", provider: nil)
        let instance = { world.snapshot.get(ContainerInstanceRecord.key("default", $0)) }
        let awaits = { (id: String) in instance(id).map { world.snapshot.awaitsDaemon($0) } }
        #expect(awaits("i0") == isCritical)
        #expect(awaits("own") == false)
        var definition = TaskDefinitionRecord()
        (definition.family, definition.revision) = ("web", 1)
        let request = TaskRequest(cluster: "default", definition: definition, group: "g")
        #expect(
            instance("i0").flatMap { refusal(of: $0, for: request, in: world.snapshot) } == (isCritical ? .agent : nil))
        world.settle()
        #expect(awaits("i0") == false)
    }

    @Test("where a critical daemon has no room its deployment fails; another one's does not", arguments: [true, false])
    func noRoom(isCritical: Bool) {
        var world = DaemonWorld(instances: 1, isCritical: isCritical)
        world.addInstance("small", memory: 1)
        world.settle(seconds: 60)
        #expect(world.deployment?.status == (isCritical ? .stopped : .successful))
        #expect(world.running == ["i0:1"])
    }

    @Test("a draining instance keeps the daemon until the last other task is gone")
    func drains() {
        var world = DaemonWorld()
        world.settle()
        world.addTask("web", on: "i0")
        world.changeInstance("i0") { $0.status = .draining }
        world.changeInstance("i1") { $0.status = .draining }
        world.settle()
        #expect(world.running == ["i0:1"])
        let key = TaskRecord.key("default", "web")
        let old = world.snapshot.get(key)
        world.letAgentsWork { $0.id == "web" ? .userInitiated : nil }
        let change = Change.task(Delta(key: key, old: old, new: world.snapshot.get(key)))
        #expect(DaemonController().subjects(of: change, in: world.snapshot) == [world.key.path])
        world.settle()
        #expect(world.running.isEmpty)
    }

    @Test("an instance that was away during an update gets the new revision when it comes back")
    func away() {
        var world = DaemonWorld()
        world.settle()
        world.changeInstance("i0") { $0.agentConnected = false }
        world.deploy("2")
        world.settle()
        #expect(world.deployment?.status == .successful)
        #expect(world.running == ["i0:1", "i1:2"])
        world.changeInstance("i0") { $0.agentConnected = true }
        world.settle()
        #expect(world.running == ["i0:2", "i1:2"])
    }

    @Test("a deleted daemon stops its tasks, and is gone when they are")
    func deletes() {
        var world = DaemonWorld()
        world.settle()
        world.deploy(nil)
        world.decide()
        #expect(world.running.isEmpty)
        #expect(world.daemon?.status == .deleteInProgress)
        world.settle()
        #expect(world.daemon == nil)
        let deployment = world.snapshot.get(DaemonDeploymentRecord.key("default", "logs", "d0"))
        #expect(deployment?.status == .successful)
        #expect(world.decide() == Plan())
    }

    @Test("a change of an instance concerns the daemons of its cluster")
    func subjects() {
        var world = DaemonWorld()
        world.addInstance("own", provider: nil)
        let change = { (id: String) -> Change in
            let new = world.snapshot.get(ContainerInstanceRecord.key("default", id)) ?? ContainerInstanceRecord()
            var old = new
            old.agentConnected = false
            return .containerInstance(Delta(key: new.key, old: old, new: new))
        }
        #expect(DaemonController().subjects(of: change("i0"), in: world.snapshot) == [world.key.path])
        #expect(DaemonController().subjects(of: change("own"), in: world.snapshot) == [])
    }
}
