import AWSWire
import Crypto

/// Seals small secrets, so that they are never in clear in the database: AES-GCM under a key of the region.
package struct Vault: Sendable, CustomStringConvertible {
    /// The length of a key in bytes.
    package static let keyLength = 32

    private let key: SymmetricKey

    /// - Parameter key: `keyLength` bytes that nobody else knows.
    package init(key: [UInt8]) {
        precondition(key.count == Vault.keyLength, "a vault's key has \(Vault.keyLength) bytes")
        self.key = SymmetricKey(data: key)
    }

    /// A vault whose key everybody knows: for tests and the simulated world.
    package static let open = Vault(key: Array(repeating: 7, count: Vault.keyLength))

    /// Seals a secret.
    /// - Parameters:
    ///   - name: what the secret belongs to; only with the same name can it be opened.
    ///   - random: gives the nonce, which need not be secret but must not come twice.
    /// - Returns: the sealed secret in base 64.
    package func seal(_ secret: [UInt8], for name: String, _ random: inout SeededRandom) -> String {
        var nonce: [UInt8] = []
        for word in [random.next(), random.next()] {
            withUnsafeBytes(of: word.bigEndian) { nonce.append(contentsOf: $0) }
        }
        // AES-GCM fails for a nonce of another length only.
        guard let nonce = try? AES.GCM.Nonce(data: nonce.prefix(12)),
            let box = try? AES.GCM.seal(secret, using: key, nonce: nonce, authenticating: Array(name.utf8)),
            let bytes = box.combined
        else { preconditionFailure("a nonce has 12 bytes") }
        return String(decoding: Base64.encode(bytes), as: UTF8.self)
    }

    /// Opens a sealed secret.
    /// - Returns: nil when it was sealed with another key or for another name, or is damaged.
    package func open(_ sealed: String, for name: String) -> [UInt8]? {
        guard let bytes = Base64.decode(sealed.utf8), let box = try? AES.GCM.SealedBox(combined: bytes),
            let secret = try? AES.GCM.open(box, using: key, authenticating: Array(name.utf8))
        else { return nil }
        return Array(secret)
    }

    /// A secret that follows from the key and a text: the same ones give the same, and nobody else can tell it.
    /// - Parameter purpose: secrets for different purposes have nothing in common.
    /// - Returns: 32 bytes.
    package func derive(_ purpose: String, from text: String) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("derive/\(purpose)/\(text)".utf8), using: key))
    }

    /// Says nothing of the key.
    package var description: String { "Vault" }
}
