import AWSModels
import AWSWire
import State

/// Makes the events that ECS sends to EventBridge out of changes of state.
///
/// One event for each change that clients would see: of a task, of a deployment, of what a service says. What happens
/// to a container instance within one flush is one event, with the resources as they are after it.
/// Source: Amazon ECS Developer Guide, Amazon ECS events.
package struct StateChangeEvents: Sendable {
    private let snapshot: Snapshot
    private let now: Timestamp
    private var random: SeededRandom
    private var projection: TaskProjection
    private var lines: [[UInt8]] = []
    private var instances: [Key<ContainerInstanceRecord>] = []

    /// Makes the events of one flush.
    /// - Parameters:
    ///   - changes: in the order in which they happened.
    ///   - snapshot: the state after all of them.
    ///   - now: becomes the events' time.
    /// - Returns: each event as one line of JSON without its end.
    package static func lines(
        of changes: [Change], _ snapshot: Snapshot, at now: Timestamp, _ random: inout SeededRandom
    ) -> [[UInt8]] {
        var events = StateChangeEvents(snapshot, now, random)
        for change in changes { events.add(change) }
        events.addInstances()
        random = events.random
        return events.lines
    }

    private init(_ snapshot: Snapshot, _ now: Timestamp, _ random: SeededRandom) {
        self.snapshot = snapshot
        self.now = now
        self.random = random
        projection = TaskProjection(snapshot)
    }

    private mutating func add(_ change: Change) {
        switch change {
        case .task(let delta): add(delta)
        case .containerInstance(let delta):
            if let new = delta.new, delta.old.map({ differs($0, new) }) ?? true { note(delta.key) }
        case .service(let delta): add(delta)
        default: break
        }
    }

    private mutating func emit(_ type: String, _ resource: String, _ detail: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: 2_048, timestamps: .iso8601)
        writer.beginObject()
        writer.string("version", "0")
        writer.string("id", random.uuid())
        writer.string("detail-type", type)
        writer.string("source", "aws.ecs")
        writer.string("account", snapshot.realm.account)
        writer.timestamp("time", now)
        writer.string("region", snapshot.realm.region)
        writer.strings("resources", [resource])
        writer.key("detail")
        writer.beginObject()
        detail(&writer)
        writer.endObject()
        writer.endObject()
        lines.append(writer.bytes)
    }

    // MARK: Tasks

    private mutating func add(_ delta: Delta<TaskRecord>) {
        if delta.old?.holdsResources ?? false != delta.new?.holdsResources ?? false,
            let key = (delta.new ?? delta.old)?.instanceKey
        {
            note(key)
        }
        guard let new = delta.new, delta.old.map({ differs($0, new) }) ?? true else { return }
        let task = projection.task(new, includesTags: false)
        emit("ECS Task State Change", new.arn(snapshot.realm)) { [now] detail in
            detail.members(of: task)
            detail.timestamp("updatedAt", now)
        }
    }

    private func differs(_ old: TaskRecord, _ new: TaskRecord) -> Bool {
        guard old.version == new.version, old.containers.count == new.containers.count else { return true }
        return zip(old.containers, new.containers).contains { old, new in
            old.lastStatus != new.lastStatus || old.healthStatus != new.healthStatus
        }
    }

    // MARK: Container instances

    private mutating func note(_ key: Key<ContainerInstanceRecord>) {
        if !instances.contains(key) { instances.append(key) }
    }

    private func differs(_ old: ContainerInstanceRecord, _ new: ContainerInstanceRecord) -> Bool {
        old.version != new.version || old.status != new.status || old.agentConnected != new.agentConnected
            || old.shownAttributes.count != new.shownAttributes.count
    }

    private mutating func addInstances() {
        for instance in instances.compactMap({ snapshot.get($0) }) {
            let shown = ECS.ContainerInstance(instance, in: snapshot)
            emit("ECS Container Instance State Change", instance.arn(snapshot.realm)) { [snapshot, now] detail in
                detail.string("clusterArn", snapshot.realm.ecs("cluster/\(instance.cluster)"))
                detail.members(of: shown)
                detail.timestamp("updatedAt", now)
            }
        }
    }

    // MARK: Services

    private mutating func add(_ delta: Delta<ServiceRecord>) {
        guard let new = delta.new else { return }
        if let old = delta.old, old.desiredCount != new.desiredCount {
            addAction(ServiceAction(name: "SERVICE_DESIRED_COUNT_UPDATED", type: "INFO"), new)
        }
        let last = delta.old?.events.first?.id
        for event in new.events.prefix(while: { $0.id != last }).reversed() {
            if let action = ServiceAction(message: event.message ?? "", of: new.name) { addAction(action, new) }
        }
        for deployment in new.deployments.reversed() {
            let before = delta.old?.deployments.first { $0.id == deployment.id }
            if before?.rolloutState != deployment.rolloutState { addDeployment(deployment, new) }
        }
    }

    private mutating func addAction(_ action: ServiceAction, _ service: ServiceRecord) {
        emit("ECS Service Action", service.arn(snapshot.realm)) { [snapshot, now] detail in
            detail.string("eventType", action.type)
            detail.string("eventName", action.name)
            detail.string("clusterArn", snapshot.realm.ecs("cluster/\(service.cluster)"))
            detail.timestamp("createdAt", now)
            detail.string("reason", action.reason)
        }
    }

    private mutating func addDeployment(_ deployment: DeploymentState, _ service: ServiceRecord) {
        emit("ECS Deployment State Change", service.arn(snapshot.realm)) { [now] detail in
            detail.string("eventType", deployment.rolloutState == .failed ? "ERROR" : "INFO")
            detail.string("eventName", "SERVICE_DEPLOYMENT_\(deployment.rolloutState.rawValue)")
            detail.string("deploymentId", deployment.id)
            detail.timestamp("updatedAt", now)
            detail.string("reason", deployment.rolloutStateReason)
        }
    }
}
