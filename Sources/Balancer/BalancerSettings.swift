import AWSWire
import NodeNet

/// Everything a load balancer node is told at its start.
package struct BalancerSettings: Sendable {
    /// Where its orders come from.
    package struct Control: Sendable {
        package var server: ServerURL
        package var region: String
        package var credential: Credential

        package init(server: ServerURL, region: String, credential: Credential) {
            self.server = server
            self.region = region
            self.credential = credential
        }
    }

    /// Nil: the node goes on with what it knows.
    package var control: Control?
    /// Unique in the region, and the same after a restart.
    package var name: String
    /// For example `us-east-1a`.
    package var zone: String
    /// Where the node keeps what it was told; a directory for each node.
    package var stateDirectory: String
    /// The block its load balancers' addresses are from. Its first address is the node's own.
    package var pool = "10.255.0.0/24"
    /// The bridge that has the addresses.
    package var bridge = "roost-lb0"
    /// The most that a message's headers may have together, in KiB: `headerSizes`.
    package var headerKiB = HAProxyEnvironment.usualHeaderKiB
    /// Where the node is reached from other machines.
    package var hostAddress = "127.0.0.1"
    /// Whether nothing is served and every target is healthy: for regions whose containers are make-believe.
    package var isSimulated = false
    /// The version it says it has.
    package var version = "roost"
    /// How often traffic is reported.
    package var trafficInterval: Duration = .seconds(60)

    /// One header and a request line may have 16 KiB.
    /// Source: Application Load Balancers guide, quotas: "HTTP headers".
    package static let headerSizes = 16...1_024

    package init(control: Control?, name: String, zone: String, stateDirectory: String) {
        self.control = control
        self.name = name
        self.zone = zone
        self.stateDirectory = stateDirectory
    }

    /// Where HAProxy's files and sockets are: in the state directory when its path is plain and short enough for
    /// sockets, in a directory of this user's elsewhere otherwise.
    var runDirectory: String {
        let isPlain = stateDirectory.utf8.allSatisfy { HAProxySyntax.isPlain($0) }
        // A socket's path has at most 107 bytes, and ours have names of 23.
        if isPlain, stateDirectory.hasPrefix("/"), stateDirectory.utf8.count <= 72 { return stateDirectory + "/run" }
        return "/tmp/roost-lb-" + HAProxySyntax.digest(stateDirectory, length: 16)
    }
}
