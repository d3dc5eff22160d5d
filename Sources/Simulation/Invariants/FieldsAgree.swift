import State

/// The fields of a record say nothing that contradicts another of them.
struct FieldsAgree: Invariant {
    static let name = "the fields of a record agree"

    mutating func check(_ scene: Scene) -> String? {
        for change in scene.applied {
            let found: String? =
                switch change {
                case .task(let delta): delta.new.flatMap { breach($0, scene.head) }
                case .service(let delta): delta.new.flatMap { breach($0, scene.head) }
                case .taskDefinition(let delta): delta.new.flatMap { breach($0, scene.head) }
                default: nil
                }
            if let found { return found }
        }
        return nil
    }

    private func breach(_ task: TaskRecord, _ snapshot: Snapshot) -> String? {
        func say(_ text: String) -> String { "\(task.key): \(text)" }
        if task.lastStatus >= .deactivating, task.desiredStatus == .running { return say("stops, but is to run") }
        if task.desiredStatus == .stopped, task.stopCode == nil || task.stoppingAt == nil {
            return say("is to stop without a cause and a time")
        }
        if (task.stoppedAt != nil) != (task.lastStatus == .stopped) { return say("is STOPPED without its time") }
        if task.lastStatus == .running, task.startedAt == nil { return say("is RUNNING without a start") }
        if task.lastStatus == .stopped, task.containers.contains(where: { $0.lastStatus != "STOPPED" }) {
            return say("is STOPPED, a container is not")
        }
        let times = [task.createdAt, task.startedAt, task.stoppedAt].compactMap(\.self)
        if times != times.sorted() { return say("its times are out of order") }
        if task.lastStatus != .stopped, !task.awaitsCapacity, task.instanceKey.flatMap({ snapshot.get($0) }) == nil {
            return say("is on no instance")
        }
        if snapshot.get(task.definitionKey) == nil { return say("has no definition") }
        return nil
    }

    private func breach(_ service: ServiceRecord, _ snapshot: Snapshot) -> String? {
        func say(_ text: String) -> String { "\(service.key): \(text)" }
        // Those of other controllers have task sets instead.
        let primaries = service.deployments.count { $0.status == .primary }
        let wanted = service.deploymentController == .ecs ? 1 : 0
        if primaries != wanted || (service.deployments.first.map { $0.status != .primary } ?? false) {
            return say("has \(primaries) PRIMARY deployments")
        }
        if Set(service.deployments.map(\.id)).count != service.deployments.count { return say("a deployment is twice") }
        if service.desiredCount < 0 || service.events.count > 100 { return say("has an impossible count") }
        if service.isSteady, service.deployments.count > 1 { return say("is steady with several deployments") }
        return nil
    }

    private func breach(_ definition: TaskDefinitionRecord, _ snapshot: Snapshot) -> String? {
        let family = snapshot.get(TaskDefinitionFamilyRecord.key(definition.family))
        guard let family, family.latestRevision >= definition.revision else {
            return "\(definition.key): its family does not know it"
        }
        return nil
    }
}
