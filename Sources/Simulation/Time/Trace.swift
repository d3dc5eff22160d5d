import AWSWire

/// What happened in a world, in order: a hash of everything, how often each kind of thing happened, and the last lines.
///
/// Safe because a world runs in one thread.
package final class Trace: @unchecked Sendable {
    private static let tail = 60

    private var lines: [String] = []
    private var counts: [String: Int] = [:]
    /// FNV-1a.
    package private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    /// Gets every line, for `--verbose`.
    private let sink: ((String) -> Void)?

    package init(sink: ((String) -> Void)? = nil) {
        self.sink = sink
    }

    /// Notes a thing that happened.
    func note(_ now: Timestamp, _ who: String, _ what: String, _ detail: String) {
        counts[what, default: 0] += 1
        let line = "\(Trace.time(now)) \(who): \(what)\(detail.isEmpty ? "" : " ")\(detail)"
        mix(line.utf8)
        sink?(line)
        lines.append(line)
        if lines.count > 4 * Trace.tail { lines.removeFirst(lines.count - Trace.tail) }
    }

    /// Takes bytes into the hash that would not be read.
    func mix(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// The last lines.
    package var end: [String] { Array(lines.suffix(Trace.tail)) }

    /// How often each kind of thing happened, in order of their names.
    package var summary: [(what: String, count: Int)] {
        counts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// The hash as sixteen hexadecimal digits.
    package var fingerprint: String {
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// Seconds since the world began, with milliseconds.
    static func time(_ now: Timestamp) -> String {
        let milliseconds = (now - Timeline.start).wholeMilliseconds
        let fraction = String(milliseconds % 1_000)
        return "\(milliseconds / 1_000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }
}
