import AWSModels
import AWSWire
import Testing

@testable import State

@Suite("Tables") struct TablesTests {
    private func task(_ id: String, cpu: Int = 10, ports: [Int] = []) -> TaskRecord {
        var task = TaskRecord()
        task.cluster = "default"
        task.id = id
        task.family = "web"
        task.revision = 1
        task.instanceID = "i"
        task.group = "family:web"
        task.cpuUnits = cpu
        task.memoryMiB = cpu * 2
        task.hostPorts = ports
        return task
    }

    private let instance = ContainerInstanceRecord.key("default", "i")

    @Test("the zones of a cluster are those of its instances that are not deregistered")
    func zones() {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        func zones() -> [String]? { transaction.snapshot.instances(of: "default")?.zones }
        for (id, zone) in [("1", "b"), ("2", "a"), ("3", "b"), ("4", nil)] {
            var host = ContainerInstanceRecord()
            (host.cluster, host.id) = ("default", id)
            host.attributes = zone.map { [ECS.Attribute(name: "ecs.availability-zone", value: $0)] } ?? []
            transaction.put(host)
        }
        #expect(zones() == ["a", "b"])
        for id in ["1", "2"] {
            transaction.update(ContainerInstanceRecord.key("default", id)) { $0.status = .inactive }
        }
        #expect(zones() == ["b"])
        transaction.update(ContainerInstanceRecord.key("default", "2")) { $0.version += 1 }
        transaction.update(ContainerInstanceRecord.key("default", "4")) { host in
            host.attributes = [ECS.Attribute(name: "ecs.availability-zone", value: "c")]
        }
        #expect(zones() == ["b", "c"])
        for id in ["1", "2", "3", "4"] { transaction.delete(ContainerInstanceRecord.key("default", id)) }
        #expect(zones() == nil)
    }

    @Test("an instance's usage follows its tasks through their lives")
    func usage() {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var host = ContainerInstanceRecord()
        (host.cluster, host.id) = ("default", "i")
        transaction.put(host)
        transaction.put(task("a", cpu: 10, ports: [80]))
        transaction.put(task("b", cpu: 5, ports: [81]))
        #expect(transaction.snapshot.usage(of: instance).cpuUnits == 15)
        #expect(transaction.snapshot.usage(of: instance).ports == [80, 81])
        transaction.update(TaskRecord.key("default", "a")) { $0.desiredStatus = .stopped }
        #expect(transaction.snapshot.usage(of: instance).cpuUnits == 15)
        #expect(transaction.snapshot.tasks(of: "family:web", on: instance) == 1)
        transaction.update(TaskRecord.key("default", "a")) { $0.lastStatus = .stopped }
        #expect(transaction.snapshot.usage(of: instance).ports == [81])
        transaction.delete(TaskRecord.key("default", "b"))
        #expect(transaction.snapshot.usage(of: instance) == InstanceUsage())
    }

    @Test("indexes find a record where it is now, and only there")
    func indexes() {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        transaction.put(task("a"))
        #expect(transaction.snapshot.count(TaskRecord.self, .taskByInstance, prefix: "\(instance.path)/") == 1)
        #expect(transaction.snapshot.pendingTasksCount(on: instance) == 1)
        #expect(transaction.snapshot.tally(of: "default").pendingTasks(.ec2) == 1)
        transaction.update(TaskRecord.key("default", "a")) { $0.lastStatus = .running }
        #expect(transaction.snapshot.pendingTasksCount(on: instance) == 0)
        #expect(transaction.snapshot.runningTasksCount(on: instance) == 1)
        #expect(transaction.snapshot.tally(of: "default").tasks(.running) == 1)
        transaction.delete(TaskRecord.key("default", "a"))
        #expect(transaction.snapshot.count(TaskRecord.self, .taskByInstance, prefix: "\(instance.path)/") == 0)
        #expect(transaction.snapshot.tally(of: "default") == ClusterTally())
    }

    @Test("a record's stored form reads back the same")
    func roundTrip() {
        var original = task("a", ports: [80])
        original.startedAt = Timestamp(milliseconds: 1_732_336_196_123)
        original.stopCode = .essentialContainerExited
        original.tags = [ECS.Tag(key: "k", value: "v\"\n")]
        var container = ContainerState()
        container.name = "main"
        container.exitCode = 137
        container.networkBindings = [ECS.NetworkBinding(bindIP: "0.0.0.0", containerPort: 80, hostPort: 32_768)]
        original.containers = [container]
        #expect(TaskRecord(stored: original.storedBytes()) == original)
    }

    @Test("an empty or damaged form reads as the default and never traps", arguments: ["", "{", "[]", "{\"id\":7}"])
    func damaged(text: String) {
        #expect(TaskRecord(stored: Array(text.utf8)).id == "")
    }
}
