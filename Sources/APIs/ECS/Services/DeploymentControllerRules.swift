import AWSModels
import AWSWire
import State

/// What UpdateService may change of a service, by the controller of its deployments.
/// Source: Amazon ECS API Reference, UpdateService.
enum DeploymentControllerRules {
    /// The controller after an update. Deployments can be given back to ECS, which then needs a definition to deploy.
    /// Source: Amazon ECS Developer Guide, Migrate CodeDeploy blue/green deployments to Amazon ECS.
    static func controller(
        of service: ServiceRecord, after input: ECS.UpdateServiceRequest, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.DeploymentControllerType {
        guard let type = input.deploymentController?.type, type != service.deploymentController else {
            return service.deploymentController
        }
        guard type == .ecs else {
            throw .invalidParameter("The deployment controller of a service can only be changed to ECS.")
        }
        guard snapshot.table(TaskSetRecord.self).count(prefix: "\(service.key.path)/") == 0 else {
            throw .invalidParameter(
                "The service has task sets. Delete them and try again to change the deployment controller to ECS.")
        }
        guard input.taskDefinition != nil else {
            throw .invalidParameter("Specify a taskDefinition when you change the deployment controller to ECS.")
        }
        return type
    }

    /// Refuses what belongs to deployments that somebody else makes.
    /// Observed: the form of the message.
    static func check(_ input: ECS.UpdateServiceRequest, for service: ServiceRecord) throws(WireError) {
        guard service.deploymentController != .ecs else { return }
        let members: [(name: String, isGiven: Bool)] = [
            ("task definition", input.taskDefinition != nil),
            ("network configuration", input.networkConfiguration != nil),
            ("platform version", input.platformVersion != nil),
            ("load balancers", input.loadBalancers != nil),
            ("service registries", input.serviceRegistries != nil),
            ("Service Connect configuration", input.serviceConnectConfiguration != nil),
            ("volume configurations", input.volumeConfigurations != nil),
            ("VPC Lattice configurations", input.vpcLatticeConfigurations != nil),
            ("gateway connectors", input.gatewayConnectors != nil),
            ("capacity provider strategy", input.capacityProviderStrategy != nil),
            ("tasks with a forced deployment", input.forceNewDeployment ?? false),
        ]
        guard let refused = members.first(where: \.isGiven) else { return }
        throw .invalidParameter(
            "Cannot update \(refused.name) on services with a \(service.deploymentController.rawValue) deployment "
                + "controller.")
    }
}
