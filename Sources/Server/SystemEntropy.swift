import AWSWire

/// The machine's randomness: the one place where the server reads it.
enum SystemEntropy {
    /// A generator with a seed nobody can guess.
    static func seeded() -> SeededRandom {
        var generator = SystemRandomNumberGenerator()
        return SeededRandom(seed: generator.next())
    }

    /// Text for secrets, each character straight from the system's randomness.
    static func text(_ count: Int, _ alphabet: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let letters = Array(alphabet)
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }
}
