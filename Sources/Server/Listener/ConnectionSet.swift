import NIOCore
import Synchronization

/// The open connections of a listener.
final class ConnectionSet: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    /// Remembers a connection until it closes.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[id] = nil } }
    }

    /// Asks every connection to end, and cuts those that have not after `limit`.
    func drain(within limit: TimeAmount) async {
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }
        let ended = open.map(\.closeFuture)
        for channel in open { channel.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) } }
        for future in ended { try? await future.get() }
    }

    private var open: [any Channel] { channels.withLock { Array($0.values) } }
}
