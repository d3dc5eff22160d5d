import AWSModels
import AWSWire
import Scheduling
import State

/// Rules for what an Express service has beside its task definition.
/// Source: Amazon ECS API Reference, CreateExpressGatewayService and ExpressGatewayScalingTarget, unless said
/// otherwise.
enum ExpressRules {
    private static let defaultHealthCheckPath = "/ping"
    /// Source: Amazon ECS Developer Guide, Resources created by Amazon ECS Express Mode services.
    private static let defaultTasks = (minimum: 1, maximum: 20)
    private static let defaultTarget = 60

    /// A path with its default.
    static func healthCheckPath(_ path: String?) throws(WireError) -> String {
        let path = path ?? defaultHealthCheckPath
        guard path.hasPrefix("/"), path.utf8.count <= 1_024 else {
            throw .invalidParameter("healthCheckPath must begin with / and have up to 1024 characters.")
        }
        return path
    }

    /// The target of a request over the old one, or over the defaults.
    static func scalingTarget(
        _ target: ECS.ExpressGatewayScalingTarget?, over old: ECS.ExpressGatewayScalingTarget?
    ) throws(WireError) -> ECS.ExpressGatewayScalingTarget {
        let minimum = target?.minTaskCount ?? old?.minTaskCount ?? defaultTasks.minimum
        let maximum = target?.maxTaskCount ?? old?.maxTaskCount ?? max(minimum, defaultTasks.maximum)
        let metric = target?.autoScalingMetric ?? old?.autoScalingMetric ?? .averageCpu
        let value = target?.autoScalingTargetValue ?? old?.autoScalingTargetValue ?? defaultTarget
        guard minimum >= 1, maximum <= ServiceChecks.maximumDesiredCount, minimum <= maximum else {
            throw .invalidParameter(
                "minTaskCount must be at least 1, maxTaskCount at most \(ServiceChecks.maximumDesiredCount), and "
                    + "minTaskCount must not exceed maxTaskCount.")
        }
        guard value >= 1, metric == .requestCountPerTarget || value <= 100 else {
            throw .invalidParameter("autoScalingTargetValue must be at least 1, and at most 100 for percentages.")
        }
        return ECS.ExpressGatewayScalingTarget(
            minTaskCount: minimum, maxTaskCount: maximum, autoScalingMetric: metric, autoScalingTargetValue: value)
    }

    /// The network in the form of a service; nil for the default VPC's.
    static func network(
        _ network: ECS.ExpressGatewayServiceNetworkConfiguration?
    ) throws(WireError) -> ECS.NetworkConfiguration? {
        guard let network else { return nil }
        let (subnets, groups) = (network.subnets ?? [], network.securityGroups ?? [])
        guard subnets.count <= 16 else { throw .invalidParameter("subnets can have at most 16 items.") }
        guard groups.count <= 5 else { throw .invalidParameter("securityGroups can have at most 5 items.") }
        return ECS.NetworkConfiguration(
            awsvpcConfiguration: ECS.AwsVpcConfiguration(subnets: subnets, securityGroups: groups))
    }

    /// The Express service that an ARN names.
    /// - Throws: `ClusterNotFoundException`, `notFound`, or `InvalidParameterException` for a service of another kind.
    static func find(
        _ text: String, in snapshot: Snapshot, orThrow notFound: WireError
    ) throws(WireError) -> ServiceRecord {
        let (cluster, name) = try ServiceReference.parts(ofARN: text, snapshot.realm)
        _ = try ClusterReference.active(cluster, in: snapshot)
        guard let service = snapshot.get(ServiceRecord.key(cluster, name)) else { throw notFound }
        guard service.isExpress else {
            throw .invalidParameter("The service \(name) is not an Express service. Use the operations for services.")
        }
        return service
    }
}

extension Transaction {
    /// Begins a deployment with what an Express service adds to its revision. What no deployment and no roll-back needs
    /// any more is forgotten.
    mutating func deployExpress(
        _ definition: TaskDefinitionRecord, of service: inout ServiceRecord, _ revision: ExpressRevision,
        _ context: inout DecisionContext
    ) {
        deploy(definition, of: &service, &context)
        var revision = revision
        revision.id = service.primary?.serviceRevision ?? ""
        let needed = service.deployments.map(\.serviceRevision) + [service.completedRevision].compactMap(\.self)
        service.expressRevisions.removeAll { !needed.contains($0.id) }
        service.expressRevisions.insert(revision, at: 0)
    }
}
