import AWSModels
import AWSWire
import State

extension ECS.DaemonSummary {
    /// A daemon as lists show it.
    init(_ daemon: DaemonRecord, _ realm: Realm) {
        self.init(
            daemonArn: daemon.arn(realm), status: daemon.status, createdAt: daemon.createdAt,
            updatedAt: daemon.updatedAt)
    }
}

extension ECS.DaemonDetail {
    /// A daemon as DescribeDaemon shows it.
    init(_ daemon: DaemonRecord, in snapshot: Snapshot) {
        let census = DaemonCensus(daemon.key, in: snapshot)
        self.init()
        daemonArn = daemon.arn(snapshot.realm)
        clusterArn = snapshot.realm.ecs("cluster/\(daemon.cluster)")
        status = daemon.status
        currentRevisions = daemon.currentRevisions(in: snapshot).map { revision in
            let running = revision.capacityProviders.map { census.running(revision, on: $0) }
            let without = revision.capacityProviders.map { census.withoutDaemon(revision, on: $0) }
            return ECS.DaemonRevisionDetail(
                arn: revision.arn(snapshot.realm),
                capacityProviders: revision.capacityProviders.indices.map { index in
                    ECS.DaemonCapacityProvider(
                        arn: snapshot.realm.ecs("capacity-provider/\(revision.capacityProviders[index])"),
                        runningCount: running[index], withoutDaemonCount: without[index])
                }, totalRunningCount: running.reduce(0, +), totalWithoutDaemonCount: without.reduce(0, +))
        }
        deploymentArn = daemon.deploymentKey.arn(snapshot.realm)
        createdAt = daemon.createdAt
        updatedAt = daemon.updatedAt
    }
}

extension ECS.DaemonRevision {
    /// A revision as DescribeDaemonRevisions shows it. The digests of its images are what its tasks have pulled.
    init(_ revision: DaemonRevisionRecord, in snapshot: Snapshot) {
        let tasks = snapshot.liveTasks(of: DaemonRecord.key(revision.cluster, revision.daemon))
            .filter { $0.daemonRevision == revision.id }
        self.init()
        daemonRevisionArn = revision.arn(snapshot.realm)
        clusterArn = snapshot.realm.ecs("cluster/\(revision.cluster)")
        daemonArn = snapshot.realm.ecs("daemon/\(revision.cluster)/\(revision.daemon)")
        daemonTaskDefinitionArn = snapshot.realm.ecs(
            "daemon-task-definition/\(revision.family):\(revision.definitionRevision)")
        createdAt = revision.createdAt
        containerImages = revision.containerImages.map { image in
            let containers = tasks.compactMap { task in task.containers.first { $0.name == image.containerName } }
            return ECS.DaemonContainerImage(
                containerName: image.containerName, imageDigest: containers.compactMap(\.imageDigest).first,
                image: image.image)
        }
        propagateTags = revision.propagateTags
        enableECSManagedTags = revision.enableECSManagedTags
        enableExecuteCommand = revision.enableExecuteCommand
        critical = revision.isCritical
    }
}

extension DaemonRecord {
    /// The revision that instances are to run, and those they still run, newest first.
    func currentRevisions(in snapshot: Snapshot) -> [DaemonRevisionRecord] {
        let ids = Set(revisionsInUse(snapshot) + [targetRevision].compactMap(\.self))
        return ids.compactMap { snapshot.get(DaemonRevisionRecord.key(cluster, name, $0)) }
            .sorted { ($1.createdAt, $1.id) < ($0.createdAt, $0.id) }
    }

    /// The names of the capacity providers whose instances run the daemon, or are to.
    func providers(in snapshot: Snapshot) -> Set<String> {
        Set(currentRevisions(in: snapshot).flatMap(\.capacityProviders))
    }
}

extension Key<DaemonDeploymentRecord> {
    /// The ARN.
    func arn(_ realm: Realm) -> String { realm.ecs("daemon-deployment/\(path)") }
}
