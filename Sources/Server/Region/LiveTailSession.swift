import AWSWire
import Dispatch
import LogStore
import LogsAPI
import State
import Synchronization

/// A session of StartLiveTail with its connection and clock.
final class LiveTailSession: Sendable {
    /// Source: CloudWatch Logs API Reference, StartLiveTail: an update every second, for three hours.
    private static let seconds = 3 * 3_600

    private struct Contents {
        var tail: LiveTail
        var sink: BodyStream.Sink?
        var follower: Int?
        var updates = 0
    }

    /// Batches that nobody has looked at yet, and whether some were passed over.
    private struct Pending {
        var count = 0
        var hasLost = false
    }

    /// What may wait to be looked at. A pattern may take its time, and nobody who writes is to wait for it.
    private static let maximumPending = 64
    private static let queue = DispatchQueue(label: "roost.logs.tails")

    private let store: LogStore
    private let lane: Lane
    private let contents: Mutex<Contents>
    private let pending = Mutex(Pending())
    private let watched: LiveTail

    init(_ tail: LiveTail, _ store: LogStore, _ lane: Lane) {
        contents = Mutex(Contents(tail: tail))
        watched = tail
        self.store = store
        self.lane = lane
    }

    func open(_ sink: BodyStream.Sink) {
        let follower = store.follow { [weak self] news in self?.take(news) }
        let start = contents.withLock { contents in
            contents.sink = sink
            contents.follower = follower
            return contents.tail.start
        }
        sink.send(start.flatMap(\.encoded))
        tickLater()
    }

    private func tickLater() {
        LiveTailSession.queue.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in self?.tick() }
    }

    /// Called by whoever writes events: only notes them.
    private func take(_ news: LogNews) {
        guard watched.concerns(news) else { return }
        let isTaken = pending.withLock { pending in
            guard pending.count < LiveTailSession.maximumPending else {
                pending.hasLost = true
                return false
            }
            pending.count += 1
            return true
        }
        guard isTaken else { return }
        LiveTailSession.queue.async { [weak self] in self?.look(at: news) }
    }

    private func look(at news: LogNews) {
        let hasLost = pending.withLock { pending in
            pending.count -= 1
            defer { pending.hasLost = false }
            return pending.hasLost
        }
        contents.withLock { contents in
            guard contents.sink != nil else { return }
            if hasLost { contents.tail.skip() }
            contents.tail.take(news, stream: lane.durable.logStream(news.batch.stream, of: news.group)?.name)
        }
    }

    private func tick() {
        let (sink, message, isOver) = contents.withLock { contents in
            contents.updates += 1
            return (contents.sink, contents.tail.update(), contents.updates > LiveTailSession.seconds)
        }
        guard let sink else { return }
        guard isOver else {
            sink.send(message.encoded)
            return tickLater()
        }
        sink.send(LiveTail.timeout.encoded)
        sink.finish()
    }

    func close() {
        let follower = contents.withLock { contents in
            contents.sink = nil
            return contents.follower
        }
        if let follower { store.unfollow(follower) }
    }
}
