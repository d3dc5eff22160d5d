import AWSModels
import AWSWire
import State

/// What a decision about a service reads.
package struct ServiceView: Sendable {
    package var service: ServiceRecord
    /// The service's tasks that are not STOPPED, in order of what they are meant to be, what they are, and their ids.
    package var tasks: [TaskView]
    /// The newest service deployment, going on or over.
    package var deployment: ServiceDeploymentRecord?
    /// Those of the deployment's alarms that are in ALARM.
    package var firingAlarms: [String] = []
    /// How long alarms are watched after all tasks are replaced.
    package var alarmBakeTime: Duration = .zero
    /// The task sets of a service whose deployments somebody else makes.
    package var taskSets: [TaskSetRecord] = []
    /// The zones of the cluster, while there is something to balance.
    package var zones: [ServiceZone] = []
    /// Where the tasks of its deployments and task sets are registered.
    package var targetPlans: [String: [TargetPlan]] = [:]
    /// Whether load balancers forward what the deployment wants; nil when they have no part in it.
    package var isTrafficShifted: Bool?

    package init(service: ServiceRecord, tasks: [TaskView], deployment: ServiceDeploymentRecord? = nil) {
        self.service = service
        self.tasks = tasks
        self.deployment = deployment
    }

    /// Looks a service up with its tasks; nil when there is none.
    package init?(_ key: Key<ServiceRecord>, in snapshot: Snapshot) {
        guard let service = snapshot.get(key) else { return nil }
        let grace = Duration.seconds(service.settings.healthCheckGracePeriodSeconds ?? 0)
        let plans = snapshot.targetPlans(of: service)
        var reader = TaskViewReader(snapshot, cluster: service.cluster, grace: grace, plans: plans)
        var tasks: [TaskView] = []
        tasks.reserveCapacity(snapshot.count(TaskRecord.self, .taskByService, prefix: "\(key.path)/RUNNING/"))
        snapshot.forEachLiveTask(of: key) { tasks.append(reader.view(of: $0)) }
        // Only one with more tasks than it wants chooses among them.
        if let placement = service.settings.placementStrategy.first, tasks.count > service.desiredCount {
            for index in tasks.indices { tasks[index].note(placement, in: snapshot) }
        }
        self.init(service: service, tasks: tasks)
        targetPlans = plans
        deployment = service.serviceDeployment.flatMap {
            snapshot.get(ServiceDeploymentRecord.key(service.cluster, service.name, $0))
        }
        if deployment?.alarms == .monitoring, let names = deployment?.configuration.alarms?.alarmNames {
            firingAlarms = alarmsInAlarm(names, in: snapshot)
            alarmBakeTime = Scheduling.alarmBakeTime(names, in: snapshot)
        }
        isTrafficShifted = deployment.flatMap { snapshot.isTrafficShifted(by: $0) }
        if service.deploymentController != .ecs {
            taskSets = snapshot.taskSets(of: key)
        }
        zones = zonesToBalance(in: snapshot)
    }
}
