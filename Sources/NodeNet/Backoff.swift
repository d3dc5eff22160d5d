import AWSWire

/// How long to wait before dialling again, with a jitter of 20 %. Pure; chance comes in.
package struct Backoff: Sendable {
    private let first: Duration
    private let factor: Double
    private let last: Duration
    private var next: Duration

    /// - Parameters:
    ///   - first: the first pause; each next one is `factor` times as long, up to `last`.
    package init(first: Duration, factor: Double, last: Duration) {
        self.first = first
        self.factor = factor
        self.last = last
        next = first
    }

    /// The next pause.
    package mutating func pause(_ random: inout SeededRandom) -> Duration {
        let pause = next * (1 + Double.random(in: 0...0.2, using: &random))
        next = min(next * factor, last)
        return pause
    }

    /// Begins anew, after a connection that lasted.
    package mutating func reset() { next = first }
}
