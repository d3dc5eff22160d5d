import AWSWire
import NodeNet

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The network of this host, where tasks' interfaces are made: a pair for each task, one end in the network namespace
/// of the container that holds the task's network, the other one here, with a route to the task's address.
///
/// Everything blocks for as long as `ip` or `iptables` take, some milliseconds. All agents of the host share it without
/// knowing of each other: the kernel keeps with each interface whose it is.
struct HostNetwork: Sendable {
    /// Held while the shared rules change.
    var lockPath = "/run/roost/interfaces.lock"

    /// CAP_NET_ADMIN and CAP_SYS_ADMIN. Source: capabilities(7).
    private static let capabilities: UInt64 = 1 << 12 | 1 << 21
    /// How long `iptables-restore` waits for others, in seconds.
    private static let patience = "10"
    private static let maximumWords = 200

    // MARK: Can it be done

    /// Why tasks cannot have interfaces here, as a part of a sentence; nil when they can.
    /// - Parameter probe: what the pair is called that is made and removed to see; up to 14 characters.
    func problem(probe: String) -> String? {
        if let missing = InterfacePrograms.all.first(where: { !$0.isThere }) {
            return "\(missing.name) is not installed (\(missing.package))"
        }
        guard HostNetwork.mayChangeNetworks else { return "the agent may not change networks: it does not run as root" }
        do throws(TaskInterfaceProblem) {
            _ = try run("iptables-save", [])
            let words = "link add \(probe)a type veth peer name \(probe)b\nlink del \(probe)a\n"
            try run("ip", ["-batch", "-"], words)
            return nil
        } catch {
            return error.text
        }
    }

    private static var mayChangeNetworks: Bool {
        let lines = HostAddresses.text("/proc/self/status", 1 << 16).split(separator: "\n")
        let own = lines.first { $0.hasPrefix("CapEff:") }?.split(whereSeparator: \.isWhitespace).last
        return own.flatMap { UInt64($0, radix: 16) }.map { $0 & capabilities == capabilities } ?? false
    }

    /// Whether whoever listens at a unix socket is in this process's network namespace; nil when nobody listens there.
    static func isInThisNetwork(_ path: String) -> Bool? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { return nil }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let length = socklen_t(MemoryLayout<sockaddr_un>.size)
        let answer = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
        }
        guard answer == 0 else { return nil }
        // Source: unix(7): `struct ucred`, three numbers, the process first; 0 for one that cannot be seen from here.
        var peer: [Int32] = [0, 0, 0]
        var size = socklen_t(12)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0, peer[0] > 0 else { return false }
        return namespace(of: peer[0]) == namespace(of: getpid())
    }

    /// The number of a process's network namespace; nil when there is no such process.
    private static func namespace(of process: Int32) -> UInt64? {
        var status = stat()
        return stat("/proc/\(process)/ns/net", &status) == 0 ? UInt64(status.st_ino) : nil
    }

    // MARK: The rules

    /// Makes what all interfaces have in common, unless it is there.
    func prepare() throws(TaskInterfaceProblem) {
        let lock = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        // Without it two agents might enter a rule twice, which is no harm.
        if lock >= 0 { flock(lock, LOCK_EX) }
        defer { if lock >= 0 { close(lock) } }
        if let missing = ForwardingRules.missing(in: try run("iptables-save", [])) {
            try run("iptables-restore", ["--noflush", "--wait", HostNetwork.patience], missing)
        }
        let switchPath = "/proc/sys/net/ipv4/ip_forward"
        guard !HostAddresses.text(switchPath, 8).hasPrefix("1") else { return }
        let file = open(switchPath, O_WRONLY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, write(file, "1\n", 2) == 2 else {
            throw TaskInterfaceProblem("this container instance does not forward packets (net.ipv4.ip_forward)")
        }
    }

    // MARK: Interfaces

    /// Makes a task's interface, or finds that it is whole.
    /// - Parameters:
    ///   - process: the process of the container that holds the task's network.
    ///   - container: the engine's id of that container.
    func attach(
        _ interface: TaskInterface, to process: Int32, of container: String
    ) throws(TaskInterfaceProblem) {
        // Open, the namespace stays the same one whatever becomes of the process and its number.
        let inside = open("/proc/\(process)/ns/net", O_RDONLY | O_CLOEXEC)
        guard inside >= 0 else { throw TaskInterfaceProblem("the container that holds the task's network has ended") }
        defer { close(inside) }
        var status = stat()
        guard fstat(inside, &status) == 0, DockerProcess.controlGroups(of: Int(process)).contains(container),
            UInt64(status.st_ino) != HostNetwork.namespace(of: getpid())
        else { throw TaskInterfaceProblem("the container engine does not run its containers on this machine") }
        let holder = InterfaceHolder(process: process, namespace: UInt64(status.st_ino))
        if HostAddresses.ours.contains(interface.hostName) {
            if try holders()[interface.hostName] == holder { return }
            remove([interface.hostName])
        }
        try makeRoom(for: interface.address)
        let commands = InterfaceCommands(interface: interface, mtu: HostAddresses.mtu)
        let own = "/proc/\(getpid())"
        do throws(TaskInterfaceProblem) {
            let ip = Program.find("ip") ?? "ip"
            try run(
                "nsenter", ["--net=\(own)/fd/\(inside)", ip, "-batch", "-"], commands.inside(host: "\(own)/ns/net"))
            try run("ip", ["-batch", "-"], commands.outside(holder))
        } catch {
            remove([interface.hostName])
            throw error
        }
    }

    /// Removes an interface that did not go with its namespace.
    func detach(_ interface: TaskInterface) {
        if HostAddresses.ours.contains(interface.hostName) { remove([interface.hostName]) }
    }

    /// Removes interfaces whose tasks are gone, whichever agent made them: a namespace may outlive its processes, when
    /// an engine is killed for example.
    func sweep() {
        guard !HostAddresses.ours.isEmpty, let holders = try? holders() else { return }
        remove(holders.filter { !HostNetwork.isAlive($0.value) }.keys.sorted())
    }

    /// An address that an ended task has left behind is free; any other one that is in use stays.
    private func makeRoom(for address: IPv4Address) throws(TaskInterfaceProblem) {
        guard let user = HostAddresses.holder(of: address) else { return }
        if user.hasPrefix(TaskInterface.prefix), let holder = try holders()[user], !HostNetwork.isAlive(holder) {
            remove([user])
            guard let other = HostAddresses.holder(of: address) else { return }
            throw TaskInterfaceProblem("the address \(address) is in use on this container instance (\(other))")
        }
        let whose = user.hasPrefix(TaskInterface.prefix) ? "by another task (\(user))" : "(\(user))"
        throw TaskInterfaceProblem("the address \(address) is in use on this container instance \(whose)")
    }

    private static func isAlive(_ holder: InterfaceHolder) -> Bool {
        namespace(of: holder.process) == holder.namespace
    }

    /// Our interfaces that are whole, and whose they are.
    private func holders() throws(TaskInterfaceProblem) -> [String: InterfaceHolder] {
        let links = (try? JSONValue.parse(Array(try run("ip", ["-j", "link", "show", "type", "veth"]).utf8))) ?? .null
        var result: [String: InterfaceHolder] = [:]
        for link in links.arrayValue ?? [] {
            guard let name = link["ifname"]?.stringValue, name.hasPrefix(TaskInterface.prefix),
                let alias = link["ifalias"]?.stringValue
            else { continue }
            result[name] = InterfaceHolder(alias: alias)
        }
        return result
    }

    private func remove(_ names: [String]) {
        guard !names.isEmpty else { return }
        _ = try? run("ip", ["-force", "-batch", "-"], names.map { "link del \($0)\n" }.joined())
    }

    // MARK: Programs

    /// - Throws: what the program said when it failed.
    @discardableResult
    private func run(
        _ name: String, _ arguments: [String], _ input: String = ""
    ) throws(TaskInterfaceProblem) -> String {
        guard let path = Program.find(name) else { throw TaskInterfaceProblem("\(name) is not installed") }
        let answer: (status: Int32, text: String)
        do { answer = try Program.run(blocking: path, arguments, input: input) } catch {
            throw TaskInterfaceProblem(error.description)
        }
        guard answer.status == 0 else {
            let words = answer.text.split(separator: "\n").first { !$0.isEmpty } ?? "no reason given"
            throw TaskInterfaceProblem("\(name): \(words.prefix(HostNetwork.maximumWords))")
        }
        return answer.text
    }
}

/// A program that makes the network interfaces of tasks.
package struct InterfaceProgram: Sendable {
    package let name: String
    /// Debian's name.
    package let package: String

    package var isThere: Bool { Program.find(name) != nil }
}

/// What has to be installed for tasks of network mode `awsvpc`.
package enum InterfacePrograms {
    package static let all = [
        InterfaceProgram(name: "ip", package: "iproute2"),
        InterfaceProgram(name: "iptables-save", package: "iptables"),
        InterfaceProgram(name: "iptables-restore", package: "iptables"),
        InterfaceProgram(name: "nsenter", package: "util-linux"),
    ]
}
