/// A volume to make, or to find there.
package struct VolumeCreation: Sendable, Equatable {
    package enum Manner: Sendable, Equatable {
        /// It is the task's own.
        case make
        /// It is the task's own, and the kernel needs a client of NFS 4 for it.
        case makeElastic
        /// It is used as it is when there is one of the name already.
        case makeUnlessThere
        /// It must be there.
        case find
        /// It is a share of a server, that the agent mounts at the path which is its name.
        case mount(ShareMount)
    }

    package var name: String
    package var driver: String
    package var options: [String: String]
    package var labels: [String: String]
    package var manner: Manner

    package init(
        name: String, driver: String = "local", options: [String: String] = [:], labels: [String: String] = [:],
        manner: Manner = .make
    ) {
        self.name = name
        self.driver = driver
        self.options = options
        self.labels = labels
        self.manner = manner
    }
}

/// A share of a Windows file server (SMB), with who mounts it. The password is in no description.
package struct ShareMount: Sendable, Equatable, CustomStringConvertible, CustomReflectable {
    /// Name or address.
    package var host: String
    /// Below the host: `share` or `share/folder`.
    package var path: String
    package var domain: String
    package var user: RegistryCredential

    package var description: String { "//\(host)/\(path) as \(domain)\\\(user.username)" }
    package var customMirror: Mirror { Mirror(self, children: ["share": description]) }

    /// The kernel's options. A comma in a value is written twice.
    /// - Parameter address: the host's IPv4 address: the kernel asks no DNS.
    /// - Returns: nil when a value cannot be an option.
    /// Source: Linux, fs/smb/client/fs_context.c; mount.cifs(8).
    func options(address: String) -> String? {
        let plain = [user.username, domain]
        guard plain.allSatisfy({ !$0.contains(",") }), (plain + [user.password]).allSatisfy({ !$0.contains("\0") })
        else { return nil }
        let password = user.password.split(separator: ",", omittingEmptySubsequences: false).joined(separator: ",,")
        return "ip=\(address),username=\(user.username),password=\(password),domain=\(domain),vers=3.0"
    }
}
