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
}
