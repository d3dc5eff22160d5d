import NodeLink

/// The container that holds the namespaces the containers of a task share (`pidMode` or `ipcMode` `task`).
///
/// It is the agent's own: started before all others and stopped after them, and never reported. When it ends, so does
/// the task. Its image is made by the agent (decision 15).
/// Source: amazon-ecs-agent, agent/api/task: addNamespaceSharingProvisioningDependency.
package enum NamespaceContainer {
    /// The official agent's name for it; no task definition can have it.
    package static let name = "~internal~ecs~pause~namespace"
    /// The image that the engine makes when it is asked to pull it.
    package static let image = "roost-pause:1"
    /// The program in the image.
    package static let program = "/pause"
}

extension ACS.Task {
    /// Whether some namespace is shared by the task's containers.
    var sharesNamespaces: Bool { pidMode == "task" || ipcMode == "task" }

    /// What runs for the task: its containers, and before them the one that holds what they share.
    var effectiveContainers: [ACS.Container] {
        let own = containers ?? []
        guard sharesNamespaces else { return own }
        let holder = ACS.Container(
            name: NamespaceContainer.name, image: NamespaceContainer.image, essential: true, cpu: 0,
            entryPoint: [NamespaceContainer.program], stopTimeout: 0)
        let holds = ACS.ContainerDependency(containerName: NamespaceContainer.name, condition: "START")
        return [holder]
            + own.map { container in
                var container = container
                container.dependsOn = (container.dependsOn ?? []) + [holds]
                return container
            }
    }
}
