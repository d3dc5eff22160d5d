import AWSModels
import AWSWire
import State

/// The members that CreateDaemon and UpdateDaemon have in common. What an update leaves out takes its default again.
/// Source: Amazon ECS Developer Guide, Creating and managing daemons, Updating a daemon.
protocol DaemonSettings {
    var daemonTaskDefinitionArn: String { get }
    var capacityProviderArns: [String] { get }
    var deploymentConfiguration: ECS.DaemonDeploymentConfiguration? { get }
    var propagateTags: ECS.DaemonPropagateTags? { get }
    var enableECSManagedTags: Bool? { get }
    var enableExecuteCommand: Bool? { get }
    var critical: Bool? { get }
}

extension ECS.CreateDaemonRequest: DaemonSettings {}
extension ECS.UpdateDaemonRequest: DaemonSettings {}

extension DaemonRevisionRecord {
    /// A revision of a daemon as a request wants it, without an id and a time.
    /// - Throws: what is wrong with the request.
    init(
        _ settings: some DaemonSettings, daemon: String, in cluster: ClusterRecord, _ snapshot: Snapshot
    ) throws(WireError) {
        let definition = try DaemonTaskDefinitionReference.runnable(settings.daemonTaskDefinitionArn, in: snapshot)
        self.init()
        self.cluster = cluster.name
        self.daemon = daemon
        family = definition.family
        definitionRevision = definition.revision
        capacityProviders = try DaemonChecks.providers(settings.capacityProviderArns, of: cluster, in: snapshot)
        containerImages = (definition.daemonDefinition.containerDefinitions ?? []).map { container in
            ECS.DaemonContainerImage(containerName: container.name, image: container.image)
        }
        propagateTags = settings.propagateTags ?? .none
        enableECSManagedTags = settings.enableECSManagedTags ?? false
        enableExecuteCommand = settings.enableExecuteCommand ?? false
        isCritical = settings.critical ?? true
        try DaemonChecks.checkExecuteCommand(enableExecuteCommand, definition)
    }

    /// Whether the two differ in nothing but their ids and times.
    func wantsSame(as other: DaemonRevisionRecord) -> Bool {
        var twin = other
        twin.id = id
        twin.createdAt = createdAt
        return self == twin
    }
}

extension DaemonRecord {
    /// Begins a deployment, in place of one that may be under way.
    /// - Parameter revision: what to bring, without an id and a time; nil for the deletion.
    mutating func deploy(
        _ revision: DaemonRevisionRecord?, _ configuration: ECS.DaemonDeploymentConfiguration,
        _ tx: inout Transaction, _ context: inout DecisionContext
    ) {
        var next = DaemonDeploymentRecord()
        next.cluster = cluster
        next.daemon = name
        next.id = context.random.urlSafeText(21)
        next.configuration = configuration
        next.createdAt = context.now
        next.sourceRevisions = revisionsInUse(tx.snapshot)
        if var old = tx.get(deploymentKey), old.isUnderWay {
            old.stop("The deployment was replaced by deployment \(next.id).", at: context.now)
            tx.put(old)
        }
        if var revision {
            revision.id = context.random.digits(19)
            revision.createdAt = context.now
            tx.put(revision)
            next.targetRevision = revision.id
        }
        tx.put(next)
        deployment = next.id
        targetRevision = next.targetRevision
        failedTasks = 0
        notBefore = nil
        tx.put(self)
    }

    /// The ids of the revisions that tasks are of, and of the one that the last successful deployment brought; sorted.
    func revisionsInUse(_ snapshot: Snapshot) -> [String] {
        var ids = Set(snapshot.liveTasks(of: key).compactMap(\.daemonRevision))
        if let stableRevision { ids.insert(stableRevision) }
        return ids.sorted()
    }
}
