import Synchronization

/// Whether a pull still gets on.
final class PullProgress: Sendable {
    private let steps = Mutex(0)

    /// The engine told of some progress.
    func note() { steps.withLock { $0 += 1 } }

    /// Waits until the pull has stood still for too long, or has taken too long altogether.
    /// - Returns: what to say of it then.
    /// - Throws: when nobody waits for it any more.
    func watch(_ limits: DockerEngine.Limits) async throws -> EngineFailure {
        let began = ContinuousClock.now
        var last = -1
        while ContinuousClock.now - began < limits.pull {
            let now = steps.withLock { $0 }
            if now == last { return EngineFailure(.timeout(limits.pullInactivity), "the pull stood still") }
            last = now
            try await Task.sleep(for: limits.pullInactivity)
        }
        return EngineFailure(.timeout(limits.pull), "the pull took too long")
    }
}
