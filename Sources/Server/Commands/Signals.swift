import Dispatch
import Glibc

/// SIGTERM and SIGINT, which end a role politely from the moment this is made.
///
/// `@unchecked Sendable`. Safe because Dispatch's sources may be cancelled from any thread, and nothing else is done.
struct Signals: @unchecked Sendable {
    private let stream: AsyncStream<Void>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, sink) = AsyncStream<Void>.makeStream()
        self.stream = stream
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { sink.yield() }
            source.activate()
            return source
        }
    }

    /// Waits for the first of them; one that came before counts.
    func wait() async {
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }
}
