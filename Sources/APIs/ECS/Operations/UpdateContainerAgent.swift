import APIPipeline
import AWSModels
import AWSWire
import Scheduling
import State

/// Asks an instance's agent to update itself to the version of this build. The order goes out with the agent's session,
/// now or when it connects: see `AgentSession`.
/// Source: Amazon ECS API Reference, UpdateContainerAgent.
struct UpdateContainerAgent: Operation {
    static let model = ECS.Operations.updateContainerAgent

    func access(
        _ input: ECS.UpdateContainerAgentRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        let cluster = try ClusterReference.name(input.cluster, tx.realm)
        let id = try member(input.containerInstance, "container-instance", of: cluster, tx.realm)
        return [AccessRequest("ecs:UpdateContainerAgent", tx.realm.ecs("container-instance/\(cluster)/\(id)"))]
    }

    func perform(
        _ input: ECS.UpdateContainerAgentRequest, _ call: Call, _ tx: inout Transaction,
        _ context: inout DecisionContext
    ) throws(WireError) -> ECS.UpdateContainerAgentResponse {
        let cluster = try ClusterReference.active(input.cluster, in: tx.snapshot).name
        var instance = try ContainerInstanceReference.registered(input.containerInstance, cluster, in: tx.snapshot)
        try check(instance)
        instance.agentUpdateStatus = .pending
        instance.version += 1
        tx.put(instance)
        return ECS.UpdateContainerAgentResponse(
            containerInstance: ECS.ContainerInstance(instance, in: tx.snapshot))
    }

    private func check(_ instance: ContainerInstanceRecord) throws(WireError) {
        switch instance.agentUpdateStatus {
        case .pending?, .staging?, .staged?, .updating?:
            throw .updateInProgress("There is already a current Amazon ECS container agent update in progress.")
        case .updated?, .failed?, nil: break
        }
        guard let version = instance.agentVersion, !version.isEmpty else {
            throw .missingVersion(
                "Amazon ECS cannot determine the current version of the Amazon ECS container agent on the container "
                    + "instance and does not have enough information to proceed with an update.")
        }
        guard compareVersions(version, AgentRelease.version) < 0 else {
            throw .noUpdateAvailable(
                "There is no update available for this Amazon ECS container agent: it runs version \(version).")
        }
    }
}
