import AWSModels
import AWSWire
import Scheduling
import State

extension ECS.TaskSet {
    /// A task set as DescribeTaskSets shows it.
    init(_ set: TaskSetRecord, of service: ServiceRecord, in snapshot: Snapshot, includesTags: Bool) {
        let realm = snapshot.realm
        let tasks = snapshot.liveTasks(of: service.key).filter { $0.deployment == set.id }
        self.init()
        id = set.id
        taskSetArn = set.arn(realm)
        serviceArn = service.arn(realm)
        clusterArn = realm.ecs("cluster/\(set.cluster)")
        startedBy = set.startedBy
        externalId = set.externalID
        status = set.status.rawValue
        taskDefinition = realm.ecs("task-definition/\(set.family):\(set.revision)")
        computedDesiredCount = set.status == .draining ? 0 : set.computedCount(of: service.desiredCount)
        pendingCount = tasks.filter(\.lastStatus.isPending).count
        runningCount = tasks.filter { $0.lastStatus == .running }.count
        createdAt = set.createdAt
        updatedAt = set.updatedAt
        if set.capacityProviderStrategy.isEmpty {
            launchType = set.launchType
        } else {
            capacityProviderStrategy = set.capacityProviderStrategy
        }
        platformVersion = set.platformVersion
        networkConfiguration = set.networkConfiguration
        loadBalancers = set.loadBalancers
        serviceRegistries = set.serviceRegistries
        scale = ECS.Scale(value: set.scale, unit: .percent)
        stabilityStatus = set.isStable ? .steadyState : .stabilizing
        stabilityStatusAt = set.stabilityChangedAt
        tags = includesTags ? set.tags : []
    }
}
