/// One direction of a data channel on its receiver's side: puts messages into order and drops what comes twice. Pure.
///
/// A message is acknowledged when it is handed on, not when it arrives: a sender that is faster than whoever takes its
/// messages is not told to go on.
package struct StreamReceiver: Sendable {
    /// What became of a message.
    package enum Verdict: Sendable, Equatable {
        /// It waits for its turn.
        case kept
        /// It was handed on before; its acknowledgement seems to be lost.
        case repeated
        /// There is no room, or no such number yet. It will come again.
        case dropped
    }

    /// The number of the next message to hand on.
    private var next: Int64 = 0
    private var waiting: [Int64: DataChannelFrame] = [:]
    private let capacity: Int

    /// - Parameter capacity: messages that may wait; each has at most `DataChannelFrame.maximumPayload` bytes.
    package init(capacity: Int) { self.capacity = capacity }

    /// Takes a message in.
    package mutating func receive(_ frame: DataChannelFrame) -> Verdict {
        guard frame.sequence >= 0 else { return .dropped }
        guard frame.sequence >= next else { return .repeated }
        // The distance is checked, so that a number from far away neither overflows nor takes the room of a near one.
        guard frame.sequence - next < Int64(capacity) else { return .dropped }
        if waiting[frame.sequence] == nil { waiting[frame.sequence] = frame }
        return .kept
    }

    /// The message whose turn it is, without taking it.
    package var first: DataChannelFrame? { waiting[next] }

    /// Takes the message whose turn it is; nil when it has not come yet.
    package mutating func take() -> DataChannelFrame? {
        guard let frame = waiting.removeValue(forKey: next) else { return nil }
        next += 1
        return frame
    }
}
