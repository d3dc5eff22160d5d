import Synchronization

/// When the last message of a session came.
final class LastMessage: Sendable {
    private let time = Mutex(ContinuousClock.now)

    func touch() { time.withLock { $0 = .now } }

    var age: Duration { ContinuousClock.now - time.withLock { $0 } }
}
