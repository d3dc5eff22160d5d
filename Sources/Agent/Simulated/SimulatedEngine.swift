import AWSWire
import NIOCore

/// An engine that runs nothing: the same agent, without containers. For other people's unit tests and for tests of
/// scale. See `SimulatedContainers` for what containers can be told to do.
package actor SimulatedEngine: ContainerEngine {
    package let version = "simulated"
    private var containers: SimulatedContainers
    private let now: @Sendable () -> Timestamp
    private nonisolated let executor: any SerialExecutor
    private let stream: AsyncStream<EngineEvent>
    private let sink: AsyncStream<EngineEvent>.Continuation

    /// - Parameters:
    ///   - now: the clock that delays count on.
    ///   - loop: where it lives.
    package init(
        delays: SimulatedContainers.Delays = .init(), random: SeededRandom, loop: any EventLoop,
        now: @escaping @Sendable () -> Timestamp
    ) {
        containers = SimulatedContainers(delays: delays, random: random)
        self.now = now
        executor = loop.executor
        (stream, sink) = AsyncStream<EngineEvent>.makeStream()
        sink.yield(.found)
    }

    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package nonisolated func events() -> AsyncStream<EngineEvent> { stream }

    package func perform(_ action: EngineAction) async -> EngineEvent? {
        let outcomes = containers.perform(action, at: now())
        for outcome in outcomes.dropFirst() { later(outcome) }
        guard let answer = outcomes.first else { return nil }
        if answer.delay > .zero { try? await Task.sleep(for: answer.delay) }
        return containers.confirm(answer.event) ? answer.event : nil
    }

    package func execute(_ command: EngineCommand, in id: String) async throws(EngineFailure) -> any EngineProcess {
        throw EngineFailure(.refused, "the container is simulated: nothing runs in it, and no command can")
    }

    /// What happens by itself outlives the action that caused it, so its task is nobody's child. It holds the engine
    /// only until its time has come.
    private func later(_ outcome: SimulatedContainers.Outcome) {
        Task {
            if outcome.delay > .zero { try? await Task.sleep(for: outcome.delay) }
            if containers.confirm(outcome.event) { sink.yield(outcome.event) }
        }
    }
}
