import AWSModels
import State

/// Which zone a subnet is in: a task of network mode awsvpc goes where its subnets are.
///
/// There is no EC2 API yet. What is known are the subnets of the default VPC, one in each zone, whose ids follow from
/// the account, the region and the zone. Whatever comes to know more subnets answers here.
package enum SubnetZones {
    /// The id of the default VPC's subnet in a zone.
    package static func defaultSubnet(in zone: String, of realm: Realm) -> String {
        let digits = String(hash("\(realm.account)/\(realm.region)/\(zone)"), radix: 16)
        return "subnet-0" + String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The zone a subnet is in; nil for one that nobody knows.
    package static func zone(of subnet: String, in realm: Realm) -> String? {
        let letters = "abcdefghijklmnopqrstuvwxyz"
        return letters.lazy.map { realm.region + String($0) }.first { defaultSubnet(in: $0, of: realm) == subnet }
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

    /// FNV-1a with 64 bits: the same everywhere and for ever.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
