import AWSModels
import AWSWire
import State

extension ECS.DaemonDeploymentSummary {
    /// A deployment as lists show it.
    init(_ deployment: DaemonDeploymentRecord, _ realm: Realm) {
        self.init()
        daemonDeploymentArn = deployment.arn(realm)
        daemonArn = realm.ecs("daemon/\(deployment.cluster)/\(deployment.daemon)")
        clusterArn = realm.ecs("cluster/\(deployment.cluster)")
        status = deployment.status
        statusReason = deployment.statusReason
        targetDaemonRevisionArn = deployment.targetRevision.map { deployment.revisionARN($0, realm) }
        createdAt = deployment.createdAt
        startedAt = deployment.startedAt
        stoppedAt = deployment.stoppedAt
        finishedAt = deployment.finishedAt
    }
}

extension ECS.DaemonDeployment {
    /// A deployment as DescribeDaemonDeployments shows it.
    init(_ deployment: DaemonDeploymentRecord, in snapshot: Snapshot) {
        let census = DaemonCensus(DaemonRecord.key(deployment.cluster, deployment.daemon), in: snapshot)
        self.init()
        daemonDeploymentArn = deployment.arn(snapshot.realm)
        clusterArn = snapshot.realm.ecs("cluster/\(deployment.cluster)")
        status = deployment.status
        statusReason = deployment.statusReason
        targetDaemonRevision = deployment.targetRevision.flatMap { id in
            deployment.revision(id, in: snapshot).map { census.detail(of: $0, draining: []) }
        }
        // The instances of a step are those of the revisions that are replaced; they are shown with the first of them.
        sourceDaemonRevisions = deployment.sourceRevisions.enumerated().compactMap { index, id in
            deployment.revision(id, in: snapshot).map { revision in
                census.detail(of: revision, draining: index == 0 ? deployment.step : [])
            }
        }
        circuitBreaker = ECS.DaemonCircuitBreaker(
            failureCount: deployment.failures,
            status: deployment.monitor(
                isEnabled: deployment.targetRevision != nil, isTriggered: deployment.isCircuitBreakerTriggered),
            threshold: deployment.failureThreshold)
        let alarms = deployment.configuration.alarms
        self.alarms = ECS.DaemonDeploymentAlarms(
            status: deployment.monitor(
                isEnabled: alarms?.enable ?? false, isTriggered: !deployment.triggeredAlarmNames.isEmpty),
            alarmNames: alarms?.alarmNames ?? [], triggeredAlarmNames: deployment.triggeredAlarmNames)
        rollback = deployment.shownRollback(in: snapshot)
        deploymentConfiguration = deployment.configuration
        createdAt = deployment.createdAt
        startedAt = deployment.startedAt
        stoppedAt = deployment.stoppedAt
        finishedAt = deployment.finishedAt
    }
}

extension DaemonDeploymentRecord {
    /// The ARN of a revision of its daemon.
    func revisionARN(_ id: String, _ realm: Realm) -> String {
        realm.ecs("daemon-revision/\(cluster)/\(daemon)/\(id)")
    }

    fileprivate func revision(_ id: String, in snapshot: Snapshot) -> DaemonRevisionRecord? {
        snapshot.get(DaemonRevisionRecord.key(cluster, daemon, id))
    }

    fileprivate func monitor(isEnabled: Bool, isTriggered: Bool) -> ECS.DaemonDeploymentRollbackMonitorsStatus {
        if !isEnabled { return .disabled }
        if isTriggered { return .triggered }
        return isUnderWay ? .monitoring : .monitoringComplete
    }

    fileprivate func shownRollback(in snapshot: Snapshot) -> ECS.DaemonRollback? {
        guard let rollbackRevision else { return nil }
        let providers = revision(rollbackRevision, in: snapshot)?.capacityProviders ?? []
        return ECS.DaemonRollback(
            reason: rollbackReason, startedAt: rollbackStartedAt,
            rollbackTargetDaemonRevisionArn: revisionARN(rollbackRevision, snapshot.realm),
            rollbackCapacityProviders: providers.map { snapshot.realm.ecs("capacity-provider/\($0)") })
    }
}

/// Who runs what of a daemon now.
struct DaemonCensus {
    private let tasks: [TaskRecord]
    /// The ACTIVE instances of the cluster that belong to a capacity provider.
    private let instances: [ContainerInstanceRecord]
    private let snapshot: Snapshot

    init(_ daemon: Key<DaemonRecord>, in snapshot: Snapshot) {
        let cluster = daemon.path.prefix { $0 != "/" }
        self.snapshot = snapshot
        tasks = snapshot.liveTasks(of: daemon).filter { $0.lastStatus == .running && $0.desiredStatus == .running }
        instances = snapshot.list(ContainerInstanceRecord.self, .instanceByStatus, prefix: "\(cluster)/ACTIVE/")
            .filter { $0.capacityProviderName != nil }
    }

    /// How many instances of a capacity provider run the revision.
    func running(_ revision: DaemonRevisionRecord, on provider: String) -> Int {
        tasks.count { $0.daemonRevision == revision.id && $0.capacityProviderName == provider }
    }

    /// How many instances of a capacity provider do without a daemon that they need not have.
    /// Source: Amazon ECS API Reference, DaemonCapacityProvider (withoutDaemonCount).
    func withoutDaemon(_ revision: DaemonRevisionRecord, on provider: String) -> Int {
        guard !revision.isCritical else { return 0 }
        let served = Set(tasks.compactMap(\.instanceID))
        return instances.count { $0.capacityProviderName == provider && !served.contains($0.id) }
    }

    /// - Parameter draining: the ids of the instances that the revision is leaving.
    func detail(of revision: DaemonRevisionRecord, draining: [String]) -> ECS.DaemonDeploymentRevisionDetail {
        let leaving = instances.filter { draining.contains($0.id) }
        let providers = revision.capacityProviders.map { name in
            ECS.DaemonDeploymentCapacityProvider(
                arn: snapshot.realm.ecs("capacity-provider/\(name)"),
                runningInstanceCount: running(revision, on: name),
                withoutDaemonInstanceCount: withoutDaemon(revision, on: name),
                drainingInstanceCount: leaving.count { $0.capacityProviderName == name })
        }
        return ECS.DaemonDeploymentRevisionDetail(
            arn: revision.arn(snapshot.realm), capacityProviders: providers,
            totalRunningInstanceCount: providers.reduce(0) { $0 + ($1.runningInstanceCount ?? 0) },
            totalWithoutDaemonInstanceCount: providers.reduce(0) { $0 + ($1.withoutDaemonInstanceCount ?? 0) },
            totalDrainingInstanceCount: providers.reduce(0) { $0 + ($1.drainingInstanceCount ?? 0) })
    }
}
