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
        var bytes = SeededRandom.hexDigits(next()) + SeededRandom.hexDigits(next())
        bytes[12] = UInt8(ascii: "4")
        bytes[16] = SeededRandom.digits[Int(8 + next() % 4)]
        for position in [20, 16, 12, 8] { bytes.insert(UInt8(ascii: "-"), at: position) }
        return String(decoding: bytes, as: UTF8.self)
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
    private static let digits = Array("0123456789abcdef".utf8)

    private static func hexDigits(_ word: UInt64) -> [UInt8] {
        (0..<16).map { digits[Int(word >> UInt64(60 - 4 * $0) & 15)] }
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
