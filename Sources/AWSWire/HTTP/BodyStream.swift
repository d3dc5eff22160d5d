/// A body that is sent piece by piece as it comes, for as long as its reader stays.
package final class BodyStream: Sendable, Equatable {
    /// Where the pieces go. Both may be called from any thread.
    package struct Sink: Sendable {
        /// Sends a piece whole, or drops it whole when the reader is too slow.
        package let send: @Sendable ([UInt8]) -> Void
        /// Ends the body; nothing may be sent after it.
        package let finish: @Sendable () -> Void

        package init(send: @escaping @Sendable ([UInt8]) -> Void, finish: @escaping @Sendable () -> Void) {
            self.send = send
            self.finish = finish
        }
    }

    /// Begins to produce. Called once, by whoever serves the connection.
    package let open: @Sendable (Sink) -> Void
    /// The reader is gone, or the body has ended. Called once after `open`.
    package let close: @Sendable () -> Void

    package init(open: @escaping @Sendable (Sink) -> Void, close: @escaping @Sendable () -> Void) {
        self.open = open
        self.close = close
    }

    package static func == (left: BodyStream, right: BodyStream) -> Bool { left === right }
}
