import AWSWire
import State
import Testing

@Suite("The vault")
struct VaultTests {
    private let secret = Array("a private key".utf8)
    private let vault = Vault(key: Array(1...32))

    @Test("what was sealed is opened with the same key and name only")
    func roundTrip() {
        var random = SeededRandom(seed: 1)
        let sealed = vault.seal(secret, for: "certificate/1", &random)
        #expect(vault.open(sealed, for: "certificate/1") == secret)
        #expect(vault.open(sealed, for: "certificate/2") == nil)
        #expect(Vault(key: Array(2...33)).open(sealed, for: "certificate/1") == nil)
    }

    @Test("a nonce is used once: the same secret is sealed differently each time")
    func nonces() {
        var random = SeededRandom(seed: 1)
        #expect(vault.seal(secret, for: "a", &random) != vault.seal(secret, for: "a", &random))
    }

    @Test("damage is noticed", arguments: ["", "AAAA", "not base 64!", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"])
    func damage(sealed: String) {
        #expect(vault.open(sealed, for: "a") == nil)
    }

    @Test("a vault says nothing of its key")
    func description() {
        #expect("\(vault)" == "Vault")
    }
}
