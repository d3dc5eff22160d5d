import AWSModels
import State

/// Which zone a subnet is in: a task of network mode awsvpc goes where its subnets are.
///
/// What is known are the subnets of the default VPC (`DefaultNetwork`): no API makes others.
package enum SubnetZones {
    /// The id of the default VPC's subnet in a zone.
    package static func defaultSubnet(in zone: String, of realm: Realm) -> String {
        DefaultNetwork(realm).subnetID(in: zone)
    }

    /// The zone a subnet is in; nil for one that nobody knows.
    package static func zone(of subnet: String, in realm: Realm) -> String? {
        DefaultNetwork(realm).zone(ofSubnet: subnet)
    }

    /// The zones that a task with this network may be in; nil for all.
    ///
    /// A subnet that nobody knows may be in any zone: templates from elsewhere name subnets of elsewhere, and their
    /// tasks run.
    package static func zones(of network: ECS.NetworkConfiguration?, in realm: Realm) -> [String]? {
        guard let subnets = network?.awsvpcConfiguration?.subnets, !subnets.isEmpty else { return nil }
        var zones: [String] = []
        for subnet in subnets {
            guard let zone = zone(of: subnet, in: realm) else { return nil }
            zones.append(zone)
        }
        return zones
    }
}
