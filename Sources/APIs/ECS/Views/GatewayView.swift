import AWSModels
import AWSWire
import Scheduling
import State

extension ECS.Gateway {
    /// A gateway as DescribeGateway shows it.
    init(_ gateway: GatewayRecord, _ realm: Realm) {
        self.init()
        gatewayArn = gateway.arn(realm)
        name = gateway.name
        status = gateway.status
        statusReason = gateway.statusReason
        failures = gateway.failures
        infrastructureRoleArn = gateway.infrastructureRoleARN
        deletionProtection = gateway.deletionProtection
        accessType = gateway.accessType
        propagateTags = gateway.propagateTags
        tags = gateway.tags
        createdAt = gateway.createdAt
        updatedAt = gateway.updatedAt
        configuration = ECS.DescribeGatewayConfiguration(
            hostSharedAlb: gateway.configuration.hostSharedAlb.map { alb in
                var shown = ECS.DescribeGatewayAlbConfiguration()
                shown.networkConfiguration = alb.networkConfiguration
                shown.scheme = alb.scheme
                shown.accessLogs = alb.accessLogs
                shown.webACLArn = alb.webACLArn
                shown.port = alb.port
                shown.protocol = alb.protocol
                shown.maxAlbCount = alb.maxAlbCount
                shown.currentAlbCount = GatewayInfrastructure.loadBalancers(of: gateway).count
                shown.httpDesync = alb.httpDesync
                shown.testTrafficRules = alb.testTrafficRules
                return shown
            })
    }
}

extension ECS.GatewayRoute {
    /// A route as DescribeGatewayRoute shows it. It has a URL and resources once `GatewayInfrastructure` makes them.
    init(_ route: GatewayRouteRecord, _ realm: Realm) {
        self.init(
            gatewayRouteArn: route.arn(realm), serviceArn: realm.ecs("service/\(route.cluster)/\(route.service)"),
            serviceContainerPortName: route.portName, status: route.status,
            resources: ECS.GatewayRouteResources(hostSharedAlb: []))
    }
}

extension ECS.GatewayConnection {
    /// A route as the service revision that uses it shows it.
    init(_ route: GatewayRouteRecord, in snapshot: Snapshot) {
        self.init(
            gatewayArn: GatewayRecord.arn(route.gateway, snapshot.realm), gatewayRouteArn: route.arn(snapshot.realm),
            portName: route.portName, accessType: snapshot.get(GatewayRecord.key(route.gateway))?.accessType,
            status: route.status, resources: ECS.GatewayConnectionResources(hostSharedAlb: []))
    }
}

extension ECS.GatewayRouteSummary {
    init(_ route: GatewayRouteRecord, _ realm: Realm) {
        self.init(
            gatewayRouteArn: route.arn(realm), gatewayArn: GatewayRecord.arn(route.gateway, realm),
            clusterArn: realm.ecs("cluster/\(route.cluster)"),
            serviceArn: realm.ecs("service/\(route.cluster)/\(route.service)"),
            serviceContainerPortName: route.portName, status: route.status)
    }
}

extension ECS.GatewayClusterAssociationSummary {
    init(_ association: GatewayAssociationRecord, _ realm: Realm) {
        self.init(
            gatewayArn: GatewayRecord.arn(association.gateway, realm),
            clusterArn: realm.ecs("cluster/\(association.cluster)"), status: association.status)
    }
}
