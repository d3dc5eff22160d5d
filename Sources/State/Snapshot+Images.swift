/// Which images the tasks of a service run.
extension Snapshot {
    /// The service revision that a task is of; nil for a task of no service, or of a deployment that is over.
    package func serviceRevision(of task: TaskRecord) -> ServiceRevisionRecord? {
        guard let name = task.service, let id = task.deployment,
            let service = get(ServiceRecord.key(task.cluster, name)),
            let deployment = service.deployments.first(where: { $0.id == id })
        else { return nil }
        return get(ServiceRevisionRecord.key(task.cluster, name, deployment.serviceRevision))
    }
}

extension ServiceRevisionRecord {
    /// An image with the digest that the revision's first task ran.
    /// - Parameters:
    ///   - image: as the task definition names it.
    ///   - container: the container's name.
    /// Source: Amazon ECS Developer Guide, container image resolution.
    package func pinned(_ image: String, of container: String) -> String {
        guard let digest = imageDigests[container], !image.contains("@") else { return image }
        return "\(image)@\(digest)"
    }
}
