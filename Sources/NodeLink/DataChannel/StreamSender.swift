import AWSWire

/// One direction of a data channel on its sender's side: numbers messages, and sends each again until it is
/// acknowledged. Pure; the time comes in.
///
/// The time to wait follows the round trip as in TCP, between 200 ms and a second.
/// Source: observed, the plugin's own sender; V. Jacobson, Congestion avoidance and control; RFC 6298.
package struct StreamSender: Sendable {
    /// The most bytes of a payload. Source: observed: the plugin cuts at 1,024 bytes.
    package static let maximumPayload = 1_024
    private static let firstTimeout: Duration = .milliseconds(200)
    private static let longestTimeout: Duration = .seconds(1)
    /// The most messages that are sent again at once: what is late together may be stuck behind one slow link.
    private static let maximumBurst = 8

    private struct Entry {
        var frame: DataChannelFrame
        var sentAt: Timestamp?
        var attempts = 0
        var isAcknowledged = false
    }

    /// How many messages may wait for their acknowledgement.
    private let window: Int
    private let kind: DataChannelFrame.Kind
    private var entries: ArraySlice<Entry> = []
    private var nextSequence: Int64 = 0
    private var smoothed: Duration?
    private var variation: Duration = .zero
    private var timeout = StreamSender.firstTimeout

    package init(_ kind: DataChannelFrame.Kind, window: Int) {
        self.kind = kind
        self.window = window
    }

    /// How many more messages may be appended.
    package var room: Int { max(0, window - entries.count) }
    /// Whether everything was acknowledged.
    package var isEmpty: Bool { entries.isEmpty }

    /// Takes a message on.
    /// - Returns: what to send, if there is somebody to send it to.
    package mutating func append(
        _ payloadType: DataChannelFrame.PayloadType, _ payload: [UInt8], id: MessageID, isConnected: Bool,
        at now: Timestamp
    ) -> DataChannelFrame? {
        let frame = DataChannelFrame(
            kind, payloadType, payload, sequence: nextSequence, id: id, created: now)
        nextSequence += 1
        var entry = Entry(frame: frame)
        if isConnected {
            entry.sentAt = now
            entry.attempts = 1
        }
        entries.append(entry)
        return isConnected ? frame : nil
    }

    /// A message has arrived. What is acknowledged twice, or was never sent, changes nothing.
    /// - Returns: whether it was waited for.
    @discardableResult
    package mutating func acknowledge(_ sequence: Int64, at now: Timestamp) -> Bool {
        guard let first = entries.first, sequence >= first.frame.sequence, sequence < nextSequence else { return false }
        let index = entries.startIndex + Int(sequence - first.frame.sequence)
        guard entries.indices.contains(index), !entries[index].isAcknowledged else { return false }
        entries[index].isAcknowledged = true
        // A message that was sent twice does not tell which of the two arrived (Karn's rule).
        if entries[index].attempts == 1, let sentAt = entries[index].sentAt { measure(now - sentAt) }
        while entries.first?.isAcknowledged == true { entries.removeFirst() }
        if entries.isEmpty { entries = [] }
        return true
    }

    private mutating func measure(_ trip: Duration) {
        let trip = max(.zero, trip)
        if let old = smoothed {
            let difference = old > trip ? old - trip : trip - old
            variation = (variation * 3 + difference) / 4
            smoothed = (old * 7 + trip) / 8
        } else {
            smoothed = trip
            variation = trip / 2
        }
        let wanted = (smoothed ?? trip) + variation * 4
        timeout = min(max(wanted, StreamSender.firstTimeout), StreamSender.longestTimeout)
    }

    /// What has waited too long and goes out again.
    package mutating func late(at now: Timestamp) -> [DataChannelFrame] {
        var frames: [DataChannelFrame] = []
        for index in entries.indices where !entries[index].isAcknowledged {
            guard frames.count < StreamSender.maximumBurst else { break }
            guard let sentAt = entries[index].sentAt, now - sentAt >= timeout else { continue }
            frames.append(resend(index, at: now))
        }
        if !frames.isEmpty { timeout = min(timeout * 2, StreamSender.longestTimeout) }
        return frames
    }

    /// Everything that is not acknowledged, for a client that comes back.
    package mutating func everything(at now: Timestamp) -> [DataChannelFrame] {
        timeout = StreamSender.firstTimeout
        return entries.indices.filter { !entries[$0].isAcknowledged }.map { resend($0, at: now) }
    }

    private mutating func resend(_ index: Int, at now: Timestamp) -> DataChannelFrame {
        entries[index].sentAt = now
        entries[index].attempts += 1
        return entries[index].frame
    }
}
