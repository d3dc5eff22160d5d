import AWSWire
import Foundation
import NodeNet

/// The rules of the host by which targets see clients' addresses, put and taken away as a whole; and what the host says
/// of its networks.
struct HostRules: Sendable {
    private let rules: ReplyRules
    private let files: Files

    /// How long `iptables-restore` waits for others, in seconds.
    private static let patience = "10"
    private static let maximumWords = 200

    init(pool: AddressPool, files: Files) {
        rules = ReplyRules(pool: pool)
        self.files = files
    }

    /// What the host's networks are.
    func networks() async throws -> MachineNetworks {
        let links = try await run("ip", ["-j", "-d", "addr", "show"])
        let table = try await run("ip", ["-j", "-4", "route", "show"])
        return MachineNetworks(links: try parse(links), table: try parse(table))
    }

    /// Brings about that answers of exactly these targets come back. What is right already is not touched.
    /// - Parameter targets: in a fixed order; without any all is removed.
    /// - Throws: `BalancerError`; then some of it may be there.
    func put(_ targets: [ClientAddresses.Target]) async throws {
        if !targets.isEmpty, HostRules.distrustsMarks {
            let words = "it is 1, so the kernel refuses answers that are marked"
            throw BalancerError.failed(HostRules.distrust, words: words)
        }
        let saved = try await run("iptables-save", ["-t", "mangle"])
        // Answers find their way before there are any, and as long as there are some.
        if !targets.isEmpty { try await putRoute() }
        if let change = rules.change(to: targets, in: saved) {
            try files.write("iptables.rules", change)
            let arguments = ["--noflush", "-w", HostRules.patience, files.path("iptables.rules")]
            _ = try await run("iptables-restore", arguments)
        }
        if targets.isEmpty { try await removeRoute() }
    }

    /// With it the kernel asks by the mark where an answer comes from, and our route says: from this machine.
    /// Source: Linux, networking/ip-sysctl: src_valid_mark.
    private static let distrust = "net.ipv4.conf.all.src_valid_mark"
    private static var distrustsMarks: Bool {
        let path = "/proc/sys/" + distrust.split(separator: ".").joined(separator: "/")
        return (try? String(contentsOfFile: path, encoding: .utf8))?.trimmed == "1"
    }

    private var words: [String] {
        ["pref", ReplyRules.preference, "fwmark", ReplyRules.mark, "lookup", rules.table]
    }

    private func putRoute() async throws {
        _ = try await run("ip", ["route", "replace", "local", "default", "dev", "lo", "table", rules.table])
        if try await ruleCount() == 0 { _ = try await run("ip", ["rule", "add"] + words) }
    }

    private func removeRoute() async throws {
        for _ in 0..<(try await ruleCount()) { _ = try await run("ip", ["rule", "del"] + words) }
        // There is no table without a route.
        _ = try? await run("ip", ["route", "flush", "table", rules.table])
    }

    private func ruleCount() async throws -> Int {
        let known = try parse(try await run("ip", ["-j", "-4", "rule", "show"]))
        return (known.arrayValue ?? []).count { $0["table"]?.stringValue == rules.table }
    }

    /// With nothing to tell `ip` says nothing at all, or an empty list.
    private func parse(_ text: String) throws -> JSONValue {
        if text.trimmed.isEmpty { return .array([]) }
        do { return try JSONValue.parse(text) } catch {
            throw BalancerError.failed("ip", words: "what it says is not JSON: \(text.prefix(HostRules.maximumWords))")
        }
    }

    private func run(_ name: String, _ arguments: [String]) async throws -> String {
        guard let path = Program.find(name) else {
            throw BalancerError.missing(name == "ip" ? "iproute2" : "iptables")
        }
        let answer = try await Program.run(path, arguments, output: files.path("rules.out"))
        guard answer.status == 0 else {
            let reason = answer.text.split(separator: "\n").first ?? "no reason given"
            throw BalancerError.failed(name, words: String(reason.prefix(HostRules.maximumWords)))
        }
        return answer.text
    }
}
