import AWSModels
import AWSWire
import Scheduling
import State

@testable import Control

/// A region as a value with a daemon `logs` on the instances of the capacity provider `cp`.
struct DaemonWorld {
    static let start = Timestamp(milliseconds: 1_767_225_600_000)

    let key = DaemonRecord.key("default", "logs")
    private let controller = DaemonController()
    var transaction: Transaction
    var now = DaemonWorld.start
    /// Each decision has its own, so that ids differ.
    private var seed: UInt64 = 0

    var snapshot: Snapshot { transaction.snapshot }
    var daemon: DaemonRecord? { snapshot.get(key) }
    var deployment: DaemonDeploymentRecord? { daemon.flatMap { snapshot.get($0.deploymentKey) } }
    /// `instance:revision` of each task that is meant to run, in order.
    var running: [String] {
        snapshot.liveTasks(of: key).filter { $0.desiredStatus == .running }
            .map { "\($0.instanceID ?? ""):\($0.daemonRevision ?? "")" }.sorted()
    }

    init(instances: Int = 2, isCritical: Bool = true) {
        transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var cluster = ClusterRecord()
        cluster.name = "default"
        transaction.put(cluster)
        var family = DaemonTaskDefinitionFamilyRecord()
        (family.family, family.latestRevision) = ("logs", 1)
        transaction.put(family)
        var definition = DaemonTaskDefinitionRecord()
        definition.family = "logs"
        definition.revision = 1
        definition.daemonDefinition = .trusted(
            Array(
                #"{"containerDefinitions":[{"name":"a","image":"i","memory":64,"healthCheck":{"command":["CMD"]}}]}"#
                    .utf8))
        transaction.put(definition)
        for number in 0..<instances { addInstance("i\(number)") }
        var daemon = DaemonRecord()
        daemon.cluster = "default"
        daemon.name = "logs"
        transaction.put(daemon)
        deploy("1", isCritical: isCritical)
    }

    mutating func addInstance(_ id: String, provider: String? = "cp", memory: Int = 1_024) {
        var instance = ContainerInstanceRecord()
        instance.cluster = "default"
        instance.id = id
        instance.capacityProviderName = provider
        instance.cpuUnits = 1_024
        instance.memoryMiB = memory
        instance.agentConnected = true
        transaction.put(instance)
    }

    mutating func changeInstance(_ id: String, _ body: (inout ContainerInstanceRecord) -> Void) {
        transaction.update(ContainerInstanceRecord.key("default", id), body)
    }

    /// Begins a deployment of a new revision, or of none, as the operations do.
    mutating func deploy(
        _ id: String?, isCritical: Bool = true, drainPercent: Double = 25, bakeMinutes: Int = 0, alarm: String? = nil
    ) {
        var deployment = DaemonDeploymentRecord()
        (deployment.cluster, deployment.daemon, deployment.id) = ("default", "logs", "d\(id ?? "0")")
        deployment.targetRevision = id
        deployment.createdAt = now
        deployment.configuration = ECS.DaemonDeploymentConfiguration(
            drainPercent: drainPercent,
            alarms: ECS.DaemonAlarmConfiguration(alarmNames: alarm.map { [$0] }, enable: alarm != nil),
            bakeTimeInMinutes: bakeMinutes)
        transaction.put(deployment)
        if let id {
            var revision = DaemonRevisionRecord()
            (revision.cluster, revision.daemon, revision.id) = ("default", "logs", id)
            (revision.family, revision.definitionRevision) = ("logs", 1)
            revision.capacityProviders = ["cp"]
            revision.isCritical = isCritical
            transaction.put(revision)
        }
        transaction.update(key) { daemon in
            daemon.deployment = deployment.id
            daemon.targetRevision = id
            if id == nil { daemon.status = .deleteInProgress }
        }
    }

    /// Another task on an instance, RUNNING.
    mutating func addTask(_ id: String, on instance: String) {
        var task = TaskRecord()
        task.cluster = "default"
        task.id = id
        task.family = "web"
        task.revision = 1
        task.instanceID = instance
        task.lastStatus = .running
        task.startedAt = now
        transaction.put(task)
    }

    /// One decision; whether it changed anything.
    @discardableResult
    mutating func decide() -> Plan {
        seed += 1
        var context = DecisionContext(now: now, random: SeededRandom(seed: seed))
        let plan = controller.decide(key.path, snapshot, &context)
        transaction.apply(plan)
        return plan
    }

    /// The agents do what they were told: tasks run and are healthy, or fail as `ending` says.
    /// - Parameter id: the only task with which something happens; nil for all.
    mutating func letAgentsWork(only id: String? = nil, _ ending: (TaskRecord) -> ECS.TaskStopCode? = { _ in nil }) {
        for key in snapshot.list(TaskRecord.self).map(\.key) {
            guard var task = transaction.get(key), task.lastStatus != .stopped, task.id == id ?? task.id else {
                continue
            }
            let old = task.lastStatus
            if let code = ending(task) {
                task.requestStop(code, "because", at: now)
                task.advance(to: .stopped, at: now)
            } else {
                task.advance(to: task.desiredStatus == .running ? .running : .stopped, at: now)
                for index in task.containers.indices { task.containers[index].healthStatus = .healthy }
            }
            transaction.store(task, was: old, at: now)
        }
    }

    /// Decides and lets agents work until nothing changes, and time pass when only that helps.
    mutating func settle(
        seconds: Int64 = 0, _ ending: (TaskRecord) -> ECS.TaskStopCode? = { _ in nil },
        _ look: (DaemonWorld) -> Void = { _ in }
    ) {
        let end = now.advanced(by: .seconds(seconds))
        for _ in 0..<200 {
            let plan = decide()
            look(self)
            let before = snapshot.list(TaskRecord.self)
            letAgentsWork(ending)
            guard plan.changes.isEmpty, snapshot.list(TaskRecord.self) == before else { continue }
            guard let wakeAt = plan.wakeAt, wakeAt <= end else { return }
            now = wakeAt
        }
    }
}
