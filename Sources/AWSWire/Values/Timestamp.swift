/// A point in time: milliseconds since 1970-01-01T00:00:00Z. The time type of the wire and of stored state.
package struct Timestamp: Hashable, Comparable, Sendable, Codable {
    /// Milliseconds since 1970; negative before it.
    package var milliseconds: Int64

    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// - Parameter seconds: since 1970; rounded to the nearest millisecond, and clamped to what a millisecond count
    ///   can hold. Not a number counts as 1970.
    package init(seconds: Double) {
        let scaled = (seconds * 1_000).rounded()
        self.milliseconds = Int64(exactly: scaled) ?? (scaled > 0 ? .max : scaled < 0 ? .min : 0)
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { milliseconds.flooredDivision(by: 1_000).quotient }

    /// The time `duration` later, to the millisecond. It stays at the ends of the range instead of overflowing.
    package func advanced(by duration: Duration) -> Timestamp {
        advanced(byMilliseconds: duration.wholeMilliseconds)
    }

    /// The same, without the arithmetic of durations: for passes over thousands.
    package func advanced(byMilliseconds distance: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(distance)
        return Timestamp(milliseconds: overflow ? (milliseconds > 0 ? .max : .min) : sum)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The time from `right` to `left`.
    package static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds) - .milliseconds(right.milliseconds)
    }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Duration {
    /// The duration in milliseconds, rounded towards zero and clamped to 64 bits.
    package var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000)
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000_000_000)
        return overflow || carried ? (seconds > 0 ? .max : .min) : sum
    }
}

extension Int64 {
    /// Division that rounds down, so that the remainder is never negative.
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
