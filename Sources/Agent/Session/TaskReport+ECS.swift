import AWSModels
import AWSWire

extension TaskReport {
    /// The longest reason the API takes. Source: Amazon ECS agent API model, SubmitTaskStateChange.
    private static let maximumReason = 1_024

    /// Errors of the API that will not go away by trying again.
    package static let refusals: Set = [
        "InvalidParameterException", "ClientException", "ClusterNotFoundException",
    ]

    /// The report as the API call's input.
    package func request(cluster: String) -> ECS.SubmitTaskStateChangeRequest {
        ECS.SubmitTaskStateChangeRequest(
            cluster: cluster, task: task, status: status.rawValue,
            reason: String(reason.prefix(TaskReport.maximumReason)),
            containers: containers.isEmpty ? nil : containers.map(\.change), attachments: attachmentChanges,
            managedAgents: managedAgents,
            pullStartedAt: pullStartedAt, pullStoppedAt: pullStoppedAt, executionStoppedAt: executionStoppedAt)
    }

    private var attachmentChanges: [ECS.AttachmentStateChange]? {
        attachments.isEmpty
            ? nil : attachments.map { ECS.AttachmentStateChange(attachmentArn: $0, status: "ATTACHED") }
    }

    /// What runs commands is this agent itself, so it is there as long as the container is.
    /// Source: amazon-ecs-agent, agent/engine/task_manager.go: the reason of one that stopped.
    private var managedAgents: [ECS.ManagedAgentStateChange]? {
        let changes = containers.filter(\.takesCommands).map { container in
            ECS.ManagedAgentStateChange(
                containerName: container.name, managedAgentName: .executeCommandAgent,
                status: container.status.rawValue,
                reason: container.status == .stopped ? "Received Container Stopped event" : nil)
        }
        return changes.isEmpty ? nil : changes
    }
}

extension ContainerReport {
    fileprivate var change: ECS.ContainerStateChange {
        ECS.ContainerStateChange(
            containerName: name, imageDigest: imageDigest, runtimeId: runtimeID, exitCode: exitCode,
            networkBindings: bindings.isEmpty ? nil : bindings.map(\.shape),
            reason: reason.map { String($0.prefix(1_024)) }, status: status.rawValue)
    }
}

extension NetworkBinding {
    fileprivate var shape: ECS.NetworkBinding {
        let transport = ECS.TransportProtocol(rawValue: `protocol`)
        guard let length = rangeLength else {
            return ECS.NetworkBinding(
                bindIP: bindIP, containerPort: containerPort, hostPort: hostPort, protocol: transport)
        }
        return ECS.NetworkBinding(
            bindIP: bindIP, protocol: transport,
            containerPortRange: "\(containerPort)-\(containerPort + length - 1)",
            hostPortRange: "\(hostPort)-\(hostPort + length - 1)")
    }
}
