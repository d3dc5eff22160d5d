/// Chance that can be repeated: xoshiro256**, seeded by SplitMix64. The same seed gives the same sequence everywhere.
///
/// It is for decisions and identifiers, not for secrets.
/// Source: Blackman and Vigna, "Scrambled linear pseudorandom number generators" (public domain algorithms).
package struct SeededRandom: RandomNumberGenerator, Sendable, Equatable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter seed: any value; neighbouring seeds give unrelated sequences.
    package init(seed: UInt64) {
        var mixer = seed
        state = (
            SeededRandom.splitMix(&mixer), SeededRandom.splitMix(&mixer), SeededRandom.splitMix(&mixer),
            SeededRandom.splitMix(&mixer)
        )
    }

    package mutating func next() -> UInt64 {
        let result = SeededRandom.rotated(state.1 &* 5, 7) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = SeededRandom.rotated(state.3, 45)
        return result
    }

    /// A version 4 UUID in lower case.
    package mutating func uuid() -> String {
        let (high, low, variant) = (next(), next(), next() % 4)
        let words = (high & ~0xF000 | 0x4000, low & ~(0xF << 60) | (8 + variant) << 60)
        return String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                text[position] = SeededRandom.digit(digit % 16, of: digit < 16 ? words.0 : words.1)
                position += 1
            }
            return position
        }
    }

    /// `count` lower-case hexadecimal digits, as in a task's id.
    package mutating func hex(_ count: Int) -> String {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += SeededRandom.hexDigits(next()) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// `count` decimal digits, the first of them not zero, as in a deployment's id.
    package mutating func digits(_ count: Int) -> String {
        let bytes = (0..<max(0, count)).map { index in
            UInt8(ascii: "0") + UInt8(Int.random(in: (index == 0 ? 1 : 0)...9, using: &self))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `count` letters, digits, hyphens and underscores, as in a service deployment's ARN.
    package mutating func urlSafeText(_ count: Int) -> String {
        let bytes = (0..<max(0, count)).map { _ in SeededRandom.urlSafe[Int.random(in: 0..<64, using: &self)] }
        return String(decoding: bytes, as: UTF8.self)
    }

    package static func == (left: SeededRandom, right: SeededRandom) -> Bool { left.state == right.state }

    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static func hexDigits(_ word: UInt64) -> [UInt8] { (0..<16).map { digit($0, of: word) } }

    /// A hexadecimal digit of a word; 0 is the highest.
    private static func digit(_ index: Int, of word: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * index) & 15)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    private static func rotated(_ word: UInt64, _ count: UInt64) -> UInt64 { word << count | word >> (64 - count) }

    private static func splitMix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
