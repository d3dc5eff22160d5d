import AWSModels
import AWSWire
import State

/// A resource that has tags, as its ARN names it.
enum TaggedResource {
    case capacityProvider(Key<CapacityProviderRecord>)
    case cluster(Key<ClusterRecord>)
    case service(Key<ServiceRecord>)
    case task(Key<TaskRecord>)
    case taskDefinition(Key<TaskDefinitionRecord>)
    case daemon(Key<DaemonRecord>)
    case daemonTaskDefinition(Key<DaemonTaskDefinitionRecord>)
    case containerInstance(Key<ContainerInstanceRecord>)
    case taskSet(Key<TaskSetRecord>)
    case gateway(Key<GatewayRecord>)

    /// - Throws: `InvalidParameterException` for what is no long ARN of such a resource in this region.
    init(_ text: String, _ realm: Realm) throws(WireError) {
        guard let arn = ARN(text), arn.service == "ecs" else { throw .invalidParameter("Invalid identifier: \(text)") }
        guard arn.region == realm.region else { throw .invalidParameter("Region not valid: \(arn.region)") }
        guard arn.account == realm.account else {
            throw .invalidParameter("Account ID not valid: \(arn.account)")
        }
        let parts = arn.resource.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        self = try TaggedResource.resource(parts, text, realm)
    }

    private static func resource(
        _ parts: [String], _ text: String, _ realm: Realm
    ) throws(WireError) -> TaggedResource {
        switch (parts[0], parts.count) {
        case ("capacity-provider", 2): return .capacityProvider(CapacityProviderRecord.key(parts[1]))
        case ("cluster", 2): return .cluster(ClusterRecord.key(parts[1]))
        case ("service", 3): return .service(ServiceRecord.key(parts[1], parts[2]))
        case ("task", 3): return .task(TaskRecord.key(parts[1], parts[2]))
        case ("container-instance", 3): return .containerInstance(ContainerInstanceRecord.key(parts[1], parts[2]))
        case ("task-set", 5): return .taskSet(TaskSetRecord.key(parts[1], parts[2], parts[4]))
        case ("gateway", 2): return .gateway(GatewayRecord.key(parts[1]))
        case ("task-definition", 2):
            let reference = try TaskDefinitionReference(text, realm)
            guard let revision = reference.revision else { throw .invalidParameter("Invalid identifier: \(text)") }
            return .taskDefinition(TaskDefinitionRecord.key(reference.family, revision))
        case ("daemon", 3): return .daemon(DaemonRecord.key(parts[1], parts[2]))
        case ("daemon-task-definition", 2):
            let reference = try DaemonTaskDefinitionReference(text, realm)
            guard let revision = reference.revision else { throw .invalidParameter("Invalid identifier: \(text)") }
            return .daemonTaskDefinition(DaemonTaskDefinitionRecord.key(reference.family, revision))
        // Observed: ARNs of the time before they named their cluster are refused with these words.
        case ("service", 2), ("task", 2), ("container-instance", 2):
            throw .invalidParameter("Long arn format must be used for tagging operations")
        default: throw .invalidParameter("Invalid identifier: \(text)")
        }
    }

    /// The resource's tags.
    /// - Throws: `ClusterNotFoundException`, or `InvalidParameterException` for what does not exist or is no longer
    ///   active: tags go with their resource.
    func tags(in snapshot: Snapshot) throws(WireError) -> [ECS.Tag] {
        switch self {
        case .capacityProvider(let key):
            guard let record = snapshot.get(key) else { throw .unknown("capacity provider") }
            guard record.status == .active else { throw .inactive("capacity provider") }
            return record.tags
        case .cluster(let key):
            guard let record = snapshot.get(key) else { throw .clusterNotFound("Cluster not found.") }
            guard record.status == .active else { throw .inactive("cluster") }
            return record.tags
        case .service(let key):
            guard let record = snapshot.get(key) else { throw .unknown("service") }
            guard record.status != .inactive else { throw .inactive("service") }
            return record.tags
        case .task(let key):
            guard let record = snapshot.get(key) else { throw .unknown("task") }
            return record.tags
        case .taskDefinition(let key):
            guard let record = snapshot.get(key) else { throw .unknown("task definition") }
            return record.tags
        case .daemon(let key):
            guard let record = snapshot.get(key) else { throw .unknown("daemon") }
            return record.tags
        case .daemonTaskDefinition(let key):
            guard let record = snapshot.get(key) else { throw .unknown("daemon task definition") }
            return record.tags
        case .containerInstance(let key):
            guard let record = snapshot.get(key) else { throw .unknown("container instance") }
            guard record.status != .inactive else { throw .inactive("container instance") }
            return record.tags
        case .taskSet(let key):
            guard let record = snapshot.get(key) else { throw .unknown("task set") }
            return record.tags
        case .gateway(let key):
            guard let record = snapshot.get(key) else { throw .unknown("gateway") }
            return record.tags
        }
    }

    /// Replaces the tags of the resource.
    func setTags(_ tags: [ECS.Tag], _ tx: inout Transaction) {
        switch self {
        case .capacityProvider(let key): tx.update(key) { $0.tags = tags }
        case .cluster(let key): tx.update(key) { $0.tags = tags }
        case .service(let key): tx.update(key) { $0.tags = tags }
        case .task(let key): tx.update(key) { $0.tags = tags }
        case .taskDefinition(let key): tx.update(key) { $0.tags = tags }
        case .daemon(let key): tx.update(key) { $0.tags = tags }
        case .daemonTaskDefinition(let key): tx.update(key) { $0.tags = tags }
        case .containerInstance(let key): tx.update(key) { $0.tags = tags }
        case .taskSet(let key): tx.update(key) { $0.tags = tags }
        case .gateway(let key): tx.update(key) { $0.tags = tags }
        }
    }

    /// Checks that the resource's tags can still change: a STOPPED task never changes again.
    /// Observed: these words.
    func checkMayChange(in snapshot: Snapshot) throws(WireError) {
        guard case .task(let key) = self, snapshot.get(key)?.lastStatus == .stopped else { return }
        throw .invalidParameter("The specified task is stopped. Specify a running task and try again.")
    }
}

extension WireError {
    fileprivate static func unknown(_ kind: String) -> WireError {
        .invalidParameter("The specified \(kind) was not found. Specify a valid \(kind) and try again.")
    }

    fileprivate static func inactive(_ kind: String) -> WireError {
        .invalidParameter("The specified \(kind) is inactive. Specify an active \(kind) and try again.")
    }
}
