import Dispatch
import Foundation

/// The signals that end a process.
enum Signals {
    /// Returns at the first SIGTERM or SIGINT.
    static func wait() async {
        let (stream, sink) = AsyncStream<Void>.makeStream()
        let sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { sink.yield() }
            source.activate()
            return source
        }
        for await _ in stream { break }
        for source in sources { source.cancel() }
    }
}
