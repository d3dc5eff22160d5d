import Balancer
import NIOCore

/// A load balancer node that works in the background: of `roost balancer`, or inside another role.
struct RunningBalancer {
    private let work: Task<Void, any Error>

    /// Starts it.
    /// - Throws: when its directory cannot be used.
    init(_ settings: BalancerSettings, on group: any EventLoopGroup) throws {
        let node = try BalancerNode(
            settings, group: group, logger: Log.logger(settings.name), random: SystemEntropy.seeded(),
            now: { WallClock.now })
        work = Task { try await node.run() }
    }

    /// Waits for its end.
    /// - Throws: why it could not go on.
    func finished() async throws { try await work.value }

    /// Ends it; HAProxy goes on serving.
    func stop() async {
        work.cancel()
        _ = await work.result
    }
}
