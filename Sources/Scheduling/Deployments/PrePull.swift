import AWSModels
import AWSWire
import State

/// Which instances get a deployment's images before its tasks come.
///
/// A rolling deployment replaces tasks in batches, so most of its instances have to wait for their turn anyhow; when it
/// comes, the image should be there. Likely instances are those that run the service's tasks now, those with the most
/// first. It is a hint and no promise: nothing waits for it, and an instance that hears of it too late just pulls.
/// Source: none. Amazon ECS has no such thing.
package struct PrePull: Sendable, Equatable {
    package var instances: [Key<ContainerInstanceRecord>]
    package var images: [String]

    /// A registry should not be asked by a whole cluster at once. Each instance pulls one at a time.
    package static let maximumInstances = 16

    /// - Parameter deployment: one that has just begun.
    /// - Returns: nil when it brings no new image, or nobody could use it.
    package init?(of deployment: ServiceDeploymentRecord, _ snapshot: Snapshot) {
        guard !deployment.sources.isEmpty, let target = PrePull.definition(deployment.target, of: deployment, snapshot)
        else { return nil }
        let known = deployment.sources.compactMap { PrePull.definition($0, of: deployment, snapshot) }
            .flatMap(PrePull.images)
        images = Array(Set(PrePull.images(of: target)).subtracting(known)).sorted()
        guard !images.isEmpty else { return nil }
        instances = PrePull.likely(ServiceRecord.key(deployment.cluster, deployment.service), snapshot)
        guard !instances.isEmpty else { return nil }
    }

    private static func definition(
        _ revision: String, of deployment: ServiceDeploymentRecord, _ snapshot: Snapshot
    ) -> ECS.TaskDefinition? {
        let key = ServiceRevisionRecord.key(deployment.cluster, deployment.service, revision)
        return snapshot.get(key).flatMap { snapshot.get(TaskDefinitionRecord.key($0.family, $0.revision)) }?.definition
    }

    /// An image that needs a task's own credentials cannot be pulled without the task.
    private static func images(of definition: ECS.TaskDefinition) -> [String] {
        (definition.containerDefinitions ?? []).filter { $0.repositoryCredentials == nil }.compactMap(\.image)
    }

    private static func likely(
        _ service: Key<ServiceRecord>, _ snapshot: Snapshot
    ) -> [Key<ContainerInstanceRecord>] {
        var counts: [Key<ContainerInstanceRecord>: Int] = [:]
        snapshot.forEachLiveTask(of: service) { task in
            if let instance = task.value.instanceKey { counts[instance, default: 0] += 1 }
        }
        let able = counts.keys.filter { key in
            guard let instance = snapshot.get(key) else { return false }
            return instance.status == .active && instance.agentConnected && instance.agentHash == AgentRelease.hash
        }
        let ordered = able.sorted { left, right in
            (counts[right] ?? 0, left.path) < (counts[left] ?? 0, right.path)
        }
        return Array(ordered.prefix(maximumInstances))
    }
}
