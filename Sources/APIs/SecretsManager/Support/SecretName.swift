import AWSWire

/// The names of secrets.
/// Source: Secrets Manager API Reference, CreateSecret (Name).
enum SecretName {
    static func check(_ name: String) throws(WireError) {
        let isPlain = name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                || Array("/_+=.@-!".utf8).contains(byte)
        }
        guard isPlain, !name.isEmpty, name.utf8.count <= 512 else {
            throw .invalidParameter(
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: "
                    + "-/_+=.@!")
        }
    }

    /// Six letters and digits.
    static func suffix(_ random: inout SeededRandom) -> String {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let bytes = (0..<6).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
