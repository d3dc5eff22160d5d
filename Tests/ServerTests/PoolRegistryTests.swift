import Foundation
import Testing

@testable import Server

@Suite("The blocks of load balancers' addresses on a machine") struct PoolRegistryTests {
    /// A directory of its own, removed afterwards.
    private func inDirectory(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "pools-" + SystemEntropy.text(12, "abcdefghijklmnop")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func makeRegion(_ name: String, _ path: String) throws -> String {
        let region = "\(path)/region-\(name)"
        try FileManager.default.createDirectory(atPath: region, withIntermediateDirectories: true)
        return region
    }

    @Test("no two directories have the same block, and each keeps its own")
    func distinct() throws {
        try inDirectory { path in
            let regions = try (0..<200).map { try makeRegion("\($0)", path) }
            let registry = PoolRegistry(path + "/pools")
            let blocks = regions.map { registry.claim(for: $0) }
            #expect(Set(blocks).count == 200)
            #expect(blocks.allSatisfy { $0.hasPrefix("10.255.") && $0.hasSuffix(".0/24") && $0 != "10.255.0.0/24" })
            // Another process, in another order.
            #expect(Array(regions.reversed().map { PoolRegistry(path + "/pools").claim(for: $0) }.reversed()) == blocks)
        }
    }

    @Test("a directory that is gone loses its block; when all are taken, the one that was started longest ago does")
    func reuse() throws {
        try inDirectory { path in
            let registry = PoolRegistry(path + "/pools")
            let regions = try (0..<255).map { try makeRegion("\($0)", path) }
            let blocks = regions.map { registry.claim(for: $0) }
            #expect(Set(blocks).count == 255)
            try FileManager.default.removeItem(atPath: regions[7])
            #expect(registry.claim(for: try makeRegion("a", path)) == blocks[7])
            let old = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1_000)]
            let file = "\(path)/pools/\(blocks[30].dropLast(3))"
            try FileManager.default.setAttributes(old, ofItemAtPath: file)
            #expect(registry.claim(for: try makeRegion("b", path)) == blocks[30])
            #expect(registry.claim(for: regions[31]) == blocks[31])
        }
    }

    @Test("without a registry the path says the block")
    func unwritable() {
        let registry = PoolRegistry("/dev/null/pools")
        #expect(registry.claim(for: "/a/b") == registry.claim(for: "/a/b"))
        #expect(registry.claim(for: "/a/b").hasSuffix(".0/24"))
    }

    @Test(
        "this machine's address on the way to a server",
        arguments: [
            ("http://127.0.0.1:4566", "127.0.0.1"), ("http://localhost:4566", "127.0.0.1"), ("nonsense", "127.0.0.1"),
            ("http://[::1]:4566", "127.0.0.1"),
        ])
    func address(server: String, own: String) { #expect(OwnAddress.towards(server) == own) }

    @Test(
        "a region's address",
        arguments: [
            ("127.0.0.1", "127.0.0.1"), ("10.1.2.3", "10.1.2.3"), ("localhost", "127.0.0.1"), ("::1", "127.0.0.1"),
        ])
    func listening(host: String, own: String) { #expect(OwnAddress.listening(on: host) == own) }
}
