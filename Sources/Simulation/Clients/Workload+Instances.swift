import AWSWire
import State

/// What clients do with container instances, and the orders at the end.
extension Workload {
    func instances() -> [ContainerInstanceRecord] {
        look().list(ContainerInstanceRecord.self).filter { $0.status != .inactive }
    }

    func setState(_ status: String) {
        guard let instance = dice.pick(instances()) else { return }
        call("UpdateContainerInstancesState", state([instance], status)) { _ in }
    }

    private func state(_ instances: [ContainerInstanceRecord], _ status: String) -> JSONValue {
        ["containerInstances": .array(instances.map { .string($0.id) }), "status": .string(status)]
    }

    /// Takes an instance out by force; somebody starts its agent anew some time later.
    func deregister() {
        guard let instance = dice.pick(instances()),
            let host = hosts.first(where: { $0.journal.instanceID == instance.ec2InstanceID })
        else { return }
        let pause = dice.milliseconds(0...120_000)
        call("DeregisterContainerInstance", ["containerInstance": .string(instance.id), "force": true]) { [self] _ in
            timeline.after(pause) { [self] in restart(host) }
        }
    }

    private func restart(_ host: SimulatedHost) {
        guard host.agent != nil else { return }
        host.crashAgent()
        timeline.after(host.network.dice.milliseconds(0...1_000)) { host.startAgent() }
    }

    // MARK: The end

    /// The orders of `tidyUp`.
    func tidy() {
        let snapshot = look()
        let inactive = snapshot.list(ContainerInstanceRecord.self).filter { $0.status == .inactive }
        for host in hosts
        where inactive.contains(where: { $0.arn(snapshot.realm) == host.journal.containerInstanceARN }) {
            restart(host)
        }
        let draining = snapshot.list(ContainerInstanceRecord.self).filter { $0.status == .draining }
        if !draining.isEmpty { order("UpdateContainerInstancesState", state(draining, "ACTIVE")) }
        for task in snapshot.list(TaskRecord.self) where task.protectedUntil != nil {
            order(
                "UpdateTaskProtection",
                ["cluster": "default", "tasks": [.string(task.id)], "protectionEnabled": false])
        }
        tidyTasks(snapshot)
        var ports = 1
        for service in snapshot.list(ServiceRecord.self) where service.status == .active {
            if service.deploymentController == .ecs { tidy(service, &ports) } else { tidyTaskSets(of: service) }
        }
    }

    /// A few tasks of nobody may stay, without ports that a service needs.
    private func tidyTasks(_ snapshot: Snapshot) {
        let tasks = snapshot.list(TaskRecord.self).filter {
            $0.service == nil && $0.daemon == nil && $0.desiredStatus == .running
        }
        let staying = Set(
            tasks.filter { $0.hostPorts.isEmpty && $0.memoryMiB <= 256 && !$0.awaitsCapacity }.prefix(3).map(\.key))
        for task in tasks where !staying.contains(task.key) {
            order("StopTask", stopRequest(task.key)) { [self] answer in
                if answer?.isSuccess == true { note(.stopped(task.key)) }
            }
        }
    }
}
