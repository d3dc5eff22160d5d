import NodeLink

/// What a configuration's text depends on besides the configuration: the machine it is for.
package struct HAProxyEnvironment: Sendable, Equatable {
    /// An address and a port.
    package struct Bind: Sendable, Hashable {
        package var address: String
        package var port: Int

        package init(address: String, port: Int) {
            self.address = address
            self.port = port
        }

        /// As HAProxy writes it.
        var text: String { address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)" }
    }

    /// The directory of all files and sockets. Plain characters only, and short: a socket's path has 107 bytes.
    package var directory: String
    /// The node's zone, for groups that stay in it.
    package var zone: String
    /// What cannot be listened on, and why.
    package var refused: [Bind: String] = [:]
    /// Files that HAProxy may have open, nil when that is not known.
    package var openFiles: Int?
    /// The most that a message's headers may have together, in KiB.
    var headerKiB = usualHeaderKiB
    /// Which targets see clients' addresses: only those whose answers come back here.
    var clients = ClientAddresses.nobody
    /// What HAProxy did not want, and its words.
    var rejected: [HAProxyConfiguration.Owner: String] = [:]

    /// Application Load Balancers take 64, hardly a target does; each request pays for it.
    package static let usualHeaderKiB = 24

    package init(directory: String, zone: String) {
        self.directory = directory
        self.zone = zone
    }
}
