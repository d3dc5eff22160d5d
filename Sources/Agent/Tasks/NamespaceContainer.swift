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

/// The container that holds the network of a task in network mode `awsvpc`; like the one above, and of its image.
/// Source: amazon-ecs-agent, agent/api/task: addNetworkResourceProvisioningDependency.
package enum NetworkContainer {
    /// The official agent's name for it.
    package static let name = "~internal~ecs~pause"
    /// Its label with the name of the host's end of the interface.
    static let label = "io.roost.interface"
}

extension ACS.Task {
    /// Whether some namespace is shared by the task's containers.
    var sharesNamespaces: Bool { pidMode == "task" || ipcMode == "task" }

    /// What runs for the task: its containers, and before them those that hold what they share.
    ///
    /// A container in the network of another one can be created as soon as that one is, and its start waits for the
    /// interface as well (`TaskMachine.mayStart`).
    var effectiveContainers: [ACS.Container] {
        var holders: [ACS.Container] = []
        var conditions: [ACS.ContainerDependency] = []
        if hasInterface {
            holders.append(holder(NetworkContainer.name))
            conditions.append(ACS.ContainerDependency(containerName: NetworkContainer.name, condition: "CREATE"))
        }
        if sharesNamespaces {
            holders.append(holder(NamespaceContainer.name))
            conditions.append(ACS.ContainerDependency(containerName: NamespaceContainer.name, condition: "START"))
        }
        return holders
            + (containers ?? []).map { container in
                var container = container
                if !conditions.isEmpty { container.dependsOn = (container.dependsOn ?? []) + conditions }
                return container
            }
    }

    private func holder(_ name: String) -> ACS.Container {
        ACS.Container(
            name: name, image: NamespaceContainer.image, essential: true, cpu: 0,
            entryPoint: [NamespaceContainer.program], stopTimeout: 0)
    }
}
