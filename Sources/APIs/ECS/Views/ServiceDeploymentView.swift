import AWSModels
import AWSWire
import Scheduling
import State

extension ECS.ServiceDeploymentBrief {
    /// A service deployment as ListServiceDeployments shows it.
    init(_ deployment: ServiceDeploymentRecord, _ realm: Realm) {
        self.init()
        serviceDeploymentArn = deployment.arn(realm)
        serviceArn = realm.ecs("service/\(deployment.cluster)/\(deployment.service)")
        clusterArn = realm.ecs("cluster/\(deployment.cluster)")
        startedAt = deployment.startedAt
        createdAt = deployment.createdAt
        finishedAt = deployment.finishedAt
        targetServiceRevisionArn = deployment.revisionARN(deployment.target, realm)
        status = deployment.status
        statusReason = deployment.statusReason
    }
}

extension ECS.ServiceDeployment {
    /// A service deployment as DescribeServiceDeployments shows it.
    init(_ deployment: ServiceDeploymentRecord, in snapshot: Snapshot) {
        let realm = snapshot.realm
        let service = snapshot.get(ServiceRecord.key(deployment.cluster, deployment.service))
        let current = service?.serviceDeployment == deployment.id ? service : nil
        self.init()
        serviceDeploymentArn = deployment.arn(realm)
        serviceArn = realm.ecs("service/\(deployment.cluster)/\(deployment.service)")
        clusterArn = realm.ecs("cluster/\(deployment.cluster)")
        createdAt = deployment.createdAt
        startedAt = deployment.startedAt
        finishedAt = deployment.finishedAt
        stoppedAt = deployment.stoppedAt
        updatedAt = deployment.updatedAt
        status = deployment.status
        statusReason = deployment.statusReason
        lifecycleStage = deployment.lifecycleStage
        deploymentConfiguration = deployment.configuration
        let counts = RevisionCounts(deployment, current, in: snapshot)
        sourceServiceRevisions = deployment.sources.map { counts.summary(of: $0) }
        targetServiceRevision = counts.summary(of: deployment.target)
        if !deployment.hooks.isEmpty {
            lifecycleHookDetails = deployment.hooks.map(ECS.DeploymentLifecycleHookDetail.init)
        }
        if let revision = deployment.rollbackRevision {
            rollback = ECS.Rollback(
                reason: deployment.rollbackReason, startedAt: deployment.rollbackStartedAt,
                serviceRevisionArn: deployment.revisionARN(revision, realm))
        }
        deploymentCircuitBreaker = ECS.ServiceDeploymentCircuitBreaker(
            status: deployment.breaker, failureCount: failures(deployment, current),
            threshold: deployment.breakerThreshold)
        alarms = ECS.ServiceDeploymentAlarms(
            status: deployment.alarms, alarmNames: deployment.configuration.alarms?.alarmNames ?? [],
            triggeredAlarmNames: deployment.triggeredAlarms)
    }

    /// While it goes on, the count is with the service.
    private func failures(_ deployment: ServiceDeploymentRecord, _ service: ServiceRecord?) -> Int {
        guard deployment.isOpen, deployment.rollbackRevision == nil else { return deployment.breakerFailures }
        return service?.primary?.failedTasks ?? 0
    }
}

extension ServiceDeploymentRecord {
    /// The ARN of a service revision of its service.
    func revisionARN(_ id: String, _ realm: Realm) -> String {
        realm.ecs("service-revision/\(cluster)/\(service)/\(id)")
    }
}

extension ECS.DeploymentLifecycleHookDetail {
    fileprivate init(_ hook: LifecycleHookState) {
        self.init(
            hookId: hook.id, targetType: .pause, status: hook.status, expiresAt: hook.expiresAt,
            timeoutAction: hook.timeoutAction)
    }
}

/// How many tasks the revisions of a service deployment have, and how much of the traffic.
private struct RevisionCounts {
    private let deployment: ServiceDeploymentRecord
    /// The service, while this is its newest deployment.
    private let service: ServiceRecord?
    private let tasks: [TaskRecord]
    private let realm: Realm

    init(_ deployment: ServiceDeploymentRecord, _ service: ServiceRecord?, in snapshot: Snapshot) {
        self.deployment = deployment
        self.service = deployment.isOpen ? service : nil
        tasks = self.service.map { snapshot.liveTasks(of: $0.key) } ?? []
        realm = snapshot.realm
    }

    func summary(of revision: String) -> ECS.ServiceRevisionSummary {
        var summary = ECS.ServiceRevisionSummary()
        summary.arn = deployment.revisionARN(revision, realm)
        let isTarget = revision == deployment.target
        if let service {
            let counts = ServiceRevisionTasks(of: revision, service, tasks, deployment)
            summary.requestedTaskCount = counts.requested
            summary.runningTaskCount = counts.running
            summary.pendingTaskCount = counts.pending
        } else {
            let count = isFinal(revision) ? deployment.finalTasks : 0
            (summary.requestedTaskCount, summary.runningTaskCount, summary.pendingTaskCount) = (count, count, 0)
        }
        if deployment.lifecycleStage != nil {
            summary.requestedProductionTrafficWeight =
                isTarget ? deployment.productionTraffic : 100 - deployment.productionTraffic
            summary.requestedTestTrafficWeight = isTarget ? deployment.testTraffic : 100 - deployment.testTraffic
        }
        return summary
    }

    /// Whether it is the revision that had the service's tasks when the deployment ended.
    private func isFinal(_ revision: String) -> Bool { revision == deployment.rollbackRevision ?? deployment.target }
}

/// The tasks of one service revision.
struct ServiceRevisionTasks {
    let requested: Int
    let running: Int
    let pending: Int

    init(
        of revision: String, _ service: ServiceRecord, _ tasks: [TaskRecord], _ progress: ServiceDeploymentRecord?
    ) {
        let own = service.deployments.filter { $0.serviceRevision == revision }
        let ids = Set(own.map(\.id))
        let isPrimary = own.contains { $0.status == .primary }
        let isBlue = !own.isEmpty && progress?.shiftsTraffic ?? false && progress?.lifecycleStage != .cleanUp
        requested = isPrimary || isBlue ? service.desiredCount : 0
        let present = tasks.filter { ids.contains($0.deployment ?? "") }
        running = present.filter { $0.lastStatus == .running }.count
        pending = present.filter(\.lastStatus.isPending).count
    }
}
