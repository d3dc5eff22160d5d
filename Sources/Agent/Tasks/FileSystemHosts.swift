/// Where network file systems are found.
///
/// EFS names its file systems in DNS, and so does this agent, unless the name is mapped: there need be no EFS behind
/// `fs-…`, any server of NFS 4.1 will do. FSx says the addresses of its file systems through an API that this region
/// does not have, so those must be mapped.
package struct FileSystemHosts: Sendable, Equatable {
    private var hosts: [String: String] = [:]

    package init() {}

    /// - Parameter text: `fs-0123=10.0.0.5,fs-4567=nas.local`.
    /// - Returns: nil when it is not of that form.
    package init?(_ text: String) {
        for item in text.split(separator: ",") {
            let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts[1].allSatisfy(FileSystemHosts.isOfHost) else { return nil }
            hosts[parts[0]] = parts[1]
        }
    }

    /// The host of an EFS file system. Source: Amazon EFS User Guide, "Mounting on Amazon EC2 with a DNS name".
    func elastic(_ id: String, region: String) -> String {
        let domain = region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        return hosts[id] ?? "\(id).efs.\(region).\(domain)"
    }

    /// The host of an FSx file system; nil when nobody said.
    func windows(_ id: String) -> String? { hosts[id] }

    /// What may stand in a host's name or address: nothing that would end an option.
    private static func isOfHost(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || ".-:".contains(character))
    }
}
