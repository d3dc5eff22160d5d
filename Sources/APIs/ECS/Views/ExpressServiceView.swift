import AWSModels
import AWSWire
import State

extension ECS.ECSExpressGatewayService {
    /// An Express service as DescribeExpressGatewayService shows it.
    init(_ service: ServiceRecord, in snapshot: Snapshot, includesTags: Bool) {
        let realm = snapshot.realm
        self.init()
        cluster = realm.ecs("cluster/\(service.cluster)")
        serviceName = service.name
        serviceArn = service.arn(realm)
        infrastructureRoleArn = service.infrastructureRoleARN
        status = ECS.ExpressGatewayServiceStatus(service)
        currentDeployment = service.openServiceDeployment(in: snapshot)?.arn(realm)
        activeConfigurations = service.activeExpressConfigurations(in: snapshot)
        tags = includesTags ? service.tags : nil
        createdAt = service.createdAt
        updatedAt = service.primary?.updatedAt ?? service.createdAt
    }
}

extension ECS.UpdatedExpressGatewayService {
    /// An Express service as UpdateExpressGatewayService answers with it.
    init(_ service: ServiceRecord, in snapshot: Snapshot) {
        self.init(
            serviceArn: service.arn(snapshot.realm), cluster: snapshot.realm.ecs("cluster/\(service.cluster)"),
            serviceName: service.name, status: ECS.ExpressGatewayServiceStatus(service),
            targetConfiguration: service.activeExpressConfigurations(in: snapshot).first,
            createdAt: service.createdAt, updatedAt: service.primary?.updatedAt)
    }
}

extension ECS.ExpressGatewayServiceStatus {
    fileprivate init(_ service: ServiceRecord) {
        self.init(
            statusCode: ECS.ExpressGatewayServiceStatusCode(rawValue: service.status.rawValue),
            statusReason: ExpressInfrastructure.statusReason(of: service))
    }
}

extension ServiceRecord {
    /// The service deployment that goes on; nil when none does.
    fileprivate func openServiceDeployment(in snapshot: Snapshot) -> ServiceDeploymentRecord? {
        guard let id = serviceDeployment else { return nil }
        return snapshot.get(ServiceDeploymentRecord.key(cluster, name, id)).flatMap { $0.isOpen ? $0 : nil }
    }

    /// The configurations of the deployments that there are, newest first. One that UpdateService began has what the
    /// last one of the Express service said.
    fileprivate func activeExpressConfigurations(
        in snapshot: Snapshot
    ) -> [ECS.ExpressGatewayServiceConfiguration] {
        guard status != .inactive else { return [] }
        return deployments.compactMap { deployment in
            let own = expressRevisions.first { $0.id == deployment.serviceRevision }
            return (own ?? expressRevisions.first).map { configuration(deployment, $0, snapshot) }
        }
    }

    private func configuration(
        _ deployment: DeploymentState, _ revision: ExpressRevision, _ snapshot: Snapshot
    ) -> ECS.ExpressGatewayServiceConfiguration {
        let realm = snapshot.realm
        let record = snapshot.get(TaskDefinitionRecord.key(deployment.family, deployment.revision))
        let definition = record?.definition
        var result = ECS.ExpressGatewayServiceConfiguration()
        result.serviceRevisionArn = realm.ecs("service-revision/\(cluster)/\(name)/\(deployment.serviceRevision)")
        result.executionRoleArn = definition?.executionRoleArn
        result.taskRoleArn = definition?.taskRoleArn
        result.taskDefinitionArn = record?.arn(realm)
        result.cpu = definition?.cpu
        result.memory = definition?.memory
        result.cpuArchitecture = definition?.runtimePlatform?.cpuArchitecture.flatMap {
            ECS.ExpressCpuArchitecture(rawValue: $0.rawValue)
        }
        result.networkConfiguration = deployment.networkConfiguration?.awsvpcConfiguration.map { network in
            ECS.ExpressGatewayServiceNetworkConfiguration(
                securityGroups: network.securityGroups ?? [], subnets: network.subnets)
        }
        result.healthCheckPath = revision.healthCheckPath
        result.primaryContainer = definition?.primaryContainer
        result.scalingTarget = revision.scalingTarget
        result.ingressPaths = ExpressInfrastructure.ingressPaths(of: revision)
        result.createdAt = deployment.createdAt
        return result
    }
}
