import APIPipeline
import AWSWire

/// The machine's randomness: the one place where the server reads it.
enum SystemEntropy {
    /// A generator with a seed nobody can guess.
    static func seeded() -> SeededRandom {
        var generator = SystemRandomNumberGenerator()
        return SeededRandom(seed: generator.next())
    }

    /// What operations make secrets of.
    static let forSecrets = SecretRandom {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    /// Bytes for secrets, straight from the system's randomness.
    static func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    /// Text for secrets, each character straight from the system's randomness.
    static func text(_ count: Int, _ alphabet: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let letters = Array(alphabet)
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }
}
