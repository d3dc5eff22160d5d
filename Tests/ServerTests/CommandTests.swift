import AWSWire
import Agent
import ArgumentParser
import Foundation
import Testing

@testable import Server

/// What the command line and the data directory accept and refuse.
@Suite("Commands") struct CommandTests {
    private static let token = JoinToken(
        credential: Credential(accessKeyID: "ASIA1", secretAccessKey: "secret", sessionToken: "token/+="))

    @Test("a token is read as it was written, and nothing else is one")
    func joinTokens() {
        #expect(JoinToken(Self.token.text) == Self.token)
        for text in ["", "roost-join-", "roost-join-e30=", "roost-join-%%%", String(Self.token.text.dropFirst())] {
            #expect(JoinToken(text) == nil)
        }
    }

    @Test(
        "what is wrong with an option is refused before anything starts",
        arguments: [
            ["up", "--engine", "steam"], ["up", "--instances", "101"], ["up", "--zones", "A"], ["up", "--zones", ""],
            ["up", "--listen", "4566"], ["up", "--listen", ":4566"], ["up", "--listen", "h:99999"],
            ["up", "--account", "12345678901x"], ["up", "--region", "US East"], ["up", "--auth", "maybe"],
            ["up", "--root-credentials", "nocolon"], ["up", "--delays", "boot=1s"], ["up", "--delays", "start=1"],
            ["up", "--pull", "never"], ["up", "--file-system-hosts", "fs-1"], ["server", "--account", "1"],
            ["agent", "--cpu", "0"],
            ["agent", "--name", "a/b"], ["agent", "--token", "x"], ["token", "--days", "0"],
            ["token", "--format", "xml"],
            ["env", "--format", "xml"], ["fly"],
        ])
    func refuses(arguments: [String]) {
        #expect(throws: (any Error).self) { try Roost.parseAsRoot(arguments) }
    }

    @Test(
        "what is right is taken",
        arguments: [
            ["up"], ["up", "--listen", "[::1]:0", "--zones", "a,b,c", "--instances", "0", "--allow-reset", "--fresh"],
            ["up", "--engine", "simulated", "--delays", "pull=2s,create=0ms,start=300ms,stop=1m"], ["server"],
            ["agent"], ["agent", "--token", CommandTests.token.text], ["token", "--cluster", "c", "--days", "30"],
            ["env", "--format", "json"], ["status", "--watch"], ["doctor"],
        ])
    func takes(arguments: [String]) throws {
        _ = try Roost.parseAsRoot(arguments)
    }

    @Test("delays name their steps")
    func delays() throws {
        let delays = try #require(SimulatedDelays.parse("pull=2s,start=300ms"))
        #expect(delays.pull == .seconds(2) && delays.start == .milliseconds(300) && delays.stop == .zero)
        #expect(SimulatedDelays.parse("") == SimulatedContainers.Delays())
        #expect(SimulatedDelays.parse("pull=-1ms") == nil)
    }

    @Test("several instances share a machine; a simulated machine has no bounds to share")
    func slices() {
        let machine = MachineSize(cpuUnits: 4_096, memoryMiB: 1_000)
        #expect(machine.slice(3, isSimulated: false) == MachineSize(cpuUnits: 1_365, memoryMiB: 333))
        #expect(machine.slice(2, isSimulated: true).cpuUnits == machine.slice(50, isSimulated: true).cpuUnits)
    }
}

/// The region's directory: secrets are kept from other users, and from one start to the next.
@Suite("Data directory") struct DataDirectoryTests {
    private func directory() throws -> DataDirectory {
        let path = FileManager.default.temporaryDirectory.appending(
            path: "roost-test-\(ProcessInfo.processInfo.globallyUniqueString)")
        return try DataDirectory.make(path.path)
    }

    @Test("credentials are made once, kept, and nobody else's to read")
    func credentials() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        #expect(throws: UserError.self) { try directory.keptCredential() }
        let made = try directory.credential(given: nil)
        #expect(made.accessKeyID.hasPrefix("AKIA") && made.accessKeyID.count == 20 && made.secretAccessKey.count == 40)
        let again = try directory.credential(given: nil)
        #expect(again.accessKeyID == made.accessKeyID && again.secretAccessKey == made.secretAccessKey)
        let mode = try FileManager.default.attributesOfItem(atPath: directory.path + "/credentials")[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
    }

    @Test("a second region on the same directory is refused; another directory is not")
    func locks() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        try directory.lock()
        let error = #expect(throws: UserError.self) { try directory.lock() }
        #expect(error?.description.contains(directory.path) == true)
    }

    @Test("where the region is, is announced to those who come later")
    func announces() throws {
        let directory = try directory()
        defer { try? FileManager.default.removeItem(atPath: directory.path) }
        #expect(throws: UserError.self) { try directory.announced() }
        try directory.announce(endpoint: "http://127.0.0.1:1", region: "eu-west-1", account: "000000000000")
        #expect(try directory.announced() == ("http://127.0.0.1:1", "eu-west-1"))
    }
}
