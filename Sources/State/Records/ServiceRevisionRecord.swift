import AWSModels
import AWSWire

/// A service revision: what of a service was deployed at one moment. Every deployment makes one; a roll-back goes to an
/// older one. Only its images are learnt later.
/// Source: Amazon ECS API Reference, ServiceRevision.
package struct ServiceRevisionRecord: Record {
    package var cluster = ""
    package var service = ""
    /// 19 digits: those of the deployment that made it.
    package var id = ""
    package var family = ""
    package var revision = 0
    /// The service's settings at that moment. Of them a roll-back takes `deploymentPart`.
    package var settings = ServiceSettings()
    /// The target groups that its tasks are registered in, one for each of the settings' load balancers: of a service
    /// that shifts traffic, those that its other revision does not use.
    package var resolvedLoadBalancers: [ECS.ServiceRevisionLoadBalancer] = []
    /// The digests that images of containers had when its first task was started, by the containers' names. Later tasks
    /// run those. Written by agents' reports.
    package var imageDigests: [String: String] = [:]
    package var createdAt = Timestamp(milliseconds: 0)

    package init() {}

    package static func key(_ cluster: String, _ service: String, _ id: String) -> Key<ServiceRevisionRecord> {
        Key(path: "\(cluster)/\(service)/\(id)")
    }
    package var key: Key<ServiceRevisionRecord> { ServiceRevisionRecord.key(cluster, service, id) }

    /// The ARN.
    package func arn(_ realm: Realm) -> String { realm.ecs("service-revision/\(cluster)/\(service)/\(id)") }

    package static let fields = FieldTable<ServiceRevisionRecord>([
        .init("cluster", \.cluster),
        .init("service", \.service),
        .init("id", \.id),
        .init("family", \.family),
        .init("revision", \.revision),
        .init("settings", \.settings),
        .init("resolvedLoadBalancers", \.resolvedLoadBalancers),
        .init("imageDigests", \.imageDigests),
        .init("createdAt", \.createdAt),
    ])
}
