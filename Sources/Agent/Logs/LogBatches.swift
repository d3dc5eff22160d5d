import AWSModels

/// Events as requests to CloudWatch Logs, each within its limits.
/// Source: CloudWatch Logs API Reference, PutLogEvents.
struct LogBatches {
    /// One request.
    struct Batch: Sendable {
        var events: [Logs.InputLogEvent]
        /// How far the container's output is delivered with it.
        var position: LogPosition
    }

    private static let maximumEvents = 10_000
    private static let maximumBytes = 1_048_576
    private static let bytesPerEvent = 26
    /// What the listener of a region takes is 4 MiB; a byte may become six in JSON.
    private static let maximumEncodedBytes = 3 << 20
    private static let maximumSpan: Int64 = 24 * 3_600 * 1_000

    /// Cuts events into batches, in order.
    /// - Parameter start: how far the output was delivered before them.
    static func make(_ events: [LogAssembler.Event], from start: LogPosition) -> [Batch] {
        var batches: [Batch] = []
        var position = start
        var current: [LogAssembler.Event] = []
        var bytes = 0
        var encoded = 0
        var times: ClosedRange<Int64>?
        func finish() {
            let ordered = current.sorted { $0.time < $1.time }
            batches.append(
                Batch(
                    events: ordered.map {
                        Logs.InputLogEvent(
                            timestamp: Int(max(0, $0.time)), message: String(decoding: $0.message, as: UTF8.self))
                    }, position: position))
            current = []
            bytes = 0
            encoded = 0
            times = nil
        }
        for event in events {
            let size = event.message.count + bytesPerEvent
            let encodedSize = encodedBytes(event.message)
            let span = times.map { min($0.lowerBound, event.time)...max($0.upperBound, event.time) }
            let isFull =
                current.count >= maximumEvents || bytes + size > maximumBytes
                || encoded + encodedSize > maximumEncodedBytes
                || span.map { $0.upperBound - $0.lowerBound > maximumSpan } ?? false
            if isFull, !current.isEmpty { finish() }
            times =
                times.map { min($0.lowerBound, event.time)...max($0.upperBound, event.time) }
                ?? event.time...event.time
            current.append(event)
            bytes += size
            encoded += encodedSize
            position[event.stream] = event.next
            if let other = event.other { position[event.stream.other] = other }
        }
        if !current.isEmpty { finish() }
        return batches
    }

    /// What a message takes in the request, with the names of its members.
    private static func encodedBytes(_ message: [UInt8]) -> Int {
        message.reduce(64) { $0 + ($1 < 0x20 || $1 == 0x7F ? 6 : $1 == 0x22 || $1 == 0x5C ? 2 : 1) }
    }
}
