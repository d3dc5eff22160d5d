import AWSWire

/// What a decision knows of the world beside its snapshot: the time, and chance.
package struct DecisionContext: Sendable {
    /// The time of the decision.
    package let now: Timestamp
    /// Chance; the same seed gives the same decision.
    package var random: SeededRandom

    package init(now: Timestamp, random: SeededRandom) {
        self.now = now
        self.random = random
    }

    /// A new task's id: 32 hexadecimal digits, of which the first eight are the time in seconds. What is made together
    /// stands together in every order and in the store's index, so that many new tasks touch few nodes and pages.
    package mutating func taskID() -> String {
        let digits = String(UInt32(truncatingIfNeeded: now.seconds), radix: 16)
        return String(repeating: "0", count: 8 - digits.utf8.count) + digits + random.hex(24)
    }
}
