/// Chance for secrets: nobody can repeat it, so there is no seed. Everything else takes `SeededRandom`.
package struct SecretRandom: RandomNumberGenerator, Sendable {
    private let draw: @Sendable () -> UInt64

    /// - Parameter draw: the system's randomness.
    package init(_ draw: @escaping @Sendable () -> UInt64) { self.draw = draw }

    package mutating func next() -> UInt64 { draw() }
}
