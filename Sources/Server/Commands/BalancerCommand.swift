import AWSWire
import ArgumentParser
import Balancer
import NIOPosix
import NodeNet

/// `roost balancer`: a load balancer node that joins a region.
struct BalancerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balancer", abstract: "Run a load balancer node on this machine and join a region.",
        discussion: "Signs with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or with the credentials in --data. "
            + "HAProxy goes on serving when the node ends; --remove ends it.")

    @OptionGroup var data: DataOption

    @Option(help: "The region's address, http://HOST:PORT (ROOST_SERVER, AWS_ENDPOINT_URL; default: that of --data).")
    var server: String?

    @Option(help: "The node's zone, for example us-east-1a (ROOST_ZONE; default: the region's zone a).")
    var zone: String?

    @Option(help: "The node's name; its state is kept under it in --data (ROOST_NAME; default: balancer).")
    var name: String?

    @Option(help: "The block of load balancers' addresses (ROOST_POOL; default 10.255.0.0/24).")
    var pool: String?

    @Option(help: "The bridge that has these addresses (ROOST_BRIDGE; default roost-lb0).")
    var bridge: String?

    @Option(help: "KiB that the headers of a request may have together (ROOST_HEADER_KIB; default 24, AWS: 64).")
    var headerKib: Int?

    @Option(help: "Where other machines reach this one (ROOST_HOST_ADDRESS; default: as the region sees it).")
    var hostAddress: String?

    @Flag(help: "End HAProxy and remove the addresses and rules that the node of this name has left.")
    var remove = false

    @Option(help: .hidden)
    var trafficSeconds: Int?

    private var nodeName: String { name ?? Environment.roost("NAME") ?? "balancer" }

    func validate() throws {
        let isPlain = { (text: String) in
            !text.isEmpty && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
        }
        guard isPlain(nodeName) else {
            throw ValidationError("--name takes letters, digits, hyphens and underscores.")
        }
        let bridge = bridge ?? Environment.roost("BRIDGE") ?? "roost-lb0"
        guard isPlain(bridge), bridge.utf8.count <= 15 else {
            throw ValidationError("--bridge takes up to 15 letters, digits, hyphens and underscores.")
        }
        guard AddressPool(pool ?? Environment.roost("POOL") ?? "10.255.0.0/24") != nil else {
            throw ValidationError("--pool takes a block of IPv4 addresses from /8 to /30, for example 10.255.0.0/24.")
        }
    }

    func run() async throws {
        let signals = Signals()
        let group = MultiThreadedEventLoopGroup.singleton
        let directory = try DataDirectory.make(data.directory)
        let settings = try settings(directory)
        if remove { return try await BalancerNode.remove(settings, group: group) }
        let node = try RunningBalancer(settings, on: group)
        await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await signals.wait() }
            tasks.addTask { _ = try? await node.finished() }
            await tasks.next()
            tasks.cancelAll()
            await node.stop()
        }
        // What made it end, if anything did.
        do { try await node.finished() } catch is CancellationError {}
    }

    private func settings(_ directory: DataDirectory) throws -> BalancerSettings {
        let announced = try? directory.announced()
        let region =
            Environment.roost("REGION") ?? Environment.value("AWS_REGION")
            ?? Environment.value("AWS_DEFAULT_REGION") ?? announced?.region ?? "us-east-1"
        var settings = BalancerSettings(
            control: remove ? nil : try control(directory, region, announced?.endpoint), name: nodeName,
            zone: zone ?? Environment.roost("ZONE") ?? region + "a",
            stateDirectory: directory.path + "/balancers/" + nodeName)
        if let pool = pool ?? Environment.roost("POOL") { settings.pool = pool }
        if let bridge = bridge ?? Environment.roost("BRIDGE") { settings.bridge = bridge }
        settings.headerKiB = try LocalBalancer.headerKiB(headerKib)
        settings.hostAddress =
            hostAddress ?? Environment.roost("HOST_ADDRESS")
            ?? settings.control.map { OwnAddress.towards($0.server.description) } ?? settings.hostAddress
        if let trafficSeconds, trafficSeconds > 0 { settings.trafficInterval = .seconds(trafficSeconds) }
        return settings
    }

    private func control(
        _ directory: DataDirectory, _ region: String, _ announced: String?
    ) throws -> BalancerSettings.Control {
        let known = Environment.value("AWS_ENDPOINT_URL_ECS") ?? Environment.value("AWS_ENDPOINT_URL")
        guard let address = server ?? Environment.roost("SERVER") ?? known ?? announced else {
            throw UserError("Say which region to join: --server http://HOST:PORT.")
        }
        guard let url = ServerURL(address) else {
            throw UserError("--server takes http://HOST:PORT or https://HOST:PORT, not '\(address)'.")
        }
        return .init(server: url, region: region, credential: try directory.givenOrKeptCredential())
    }
}
