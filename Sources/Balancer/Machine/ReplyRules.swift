/// The rules of this machine that bring the answers of targets back to the balancer when these see clients' addresses.
/// Pure: what there is comes in as `iptables-save` says it, what has to change goes out as `iptables-restore` takes it.
///
/// A connection that leaves with an address that is not the machine's, to a target that is to see it, is marked. What
/// is said on it the other way is marked too and goes, by a rule of `ip rule`, to this machine whomever it is for. The
/// chains and the table are called after the node's pool, which no other node of the machine has.
struct ReplyRules: Sendable {
    /// A bit that neither Docker, Kubernetes (0x4000, 0x8000) nor our tasks' interfaces (0x2000) use.
    static let mark = "0x1000/0x1000"
    /// The place of our rule among those of `ip rule`: behind the machine's own addresses, before the ways of private
    /// networks, which mostly stand from 5200 on.
    static let preference = "1000"

    private struct Hook: Sendable {
        var system: String
        var condition: String
        var chain: String

        var line: String { "-A \(system) \(condition) -j \(chain)" }
    }

    private let began: String
    private let answered: String
    /// The number of the table of routes.
    let table: String

    init(pool: AddressPool) {
        let digits = String(pool.network, radix: 16, uppercase: true)
        began = "ROOST-LB-" + String(repeating: "0", count: 8 - digits.count) + digits
        answered = began + "-R"
        table = String(pool.network)
    }

    /// In the words of `iptables-save`, so that they can be compared.
    private var hooks: [Hook] {
        let isAnswer = "-m connmark --mark \(ReplyRules.mark) -m conntrack --ctdir REPLY"
        return [
            // Others have sockets with foreign addresses too: only what goes to our targets is ours.
            Hook(
                system: "OUTPUT", condition: "-m conntrack --ctstate NEW -m addrtype ! --src-type LOCAL", chain: began),
            Hook(system: "PREROUTING", condition: isAnswer, chain: answered),
            // A target that is a process of this machine answers from here.
            Hook(system: "OUTPUT", condition: isAnswer, chain: answered),
        ]
    }

    /// What has to change so that exactly these targets' connections are marked.
    /// - Parameters:
    ///   - targets: in a fixed order; without any all is removed.
    ///   - saved: what `iptables-save -t mangle` says.
    /// - Returns: input for `iptables-restore --noflush`, which does all or nothing; nil when nothing has to change.
    func change(to targets: [ClientAddresses.Target], in saved: String) -> String? {
        let present = saved.split(separator: "\n").map(String.init)
        let wantedHooks = targets.isEmpty ? [] : hooks.map(\.line)
        let presentHooks = present.filter { line in
            line.hasPrefix("-A ") && [began, answered].contains { line.hasSuffix(" -j \($0)") }
        }
        let isHooked = wantedHooks.sorted() == presentHooks.sorted()
        let wanted = [
            began: targets.map { rule($0) }, answered: ["-A \(answered) -j MARK --set-xmark \(ReplyRules.mark)"],
        ]
        let chains = [began, answered].filter { name in
            let isThere = present.contains { $0.hasPrefix(":\(name) ") }
            if targets.isEmpty { return isThere }
            return !isThere || present.filter { $0.hasPrefix("-A \(name) ") } != wanted[name]
        }
        if isHooked, chains.isEmpty { return nil }
        // A declaration empties the chain. They come first.
        var lines = ["*mangle"]
        if !targets.isEmpty { lines += chains.map { ":\($0) - [0:0]" } }
        if !isHooked { lines += presentHooks.map { "-D" + $0.dropFirst(2) } + wantedHooks }
        if targets.isEmpty {
            lines += chains.map { "-F \($0)" } + chains.map { "-X \($0)" }
        } else {
            lines += chains.flatMap { wanted[$0] ?? [] }
        }
        return (lines + ["COMMIT", ""]).joined(separator: "\n")
    }

    private func rule(_ target: ClientAddresses.Target) -> String {
        let transport = target.transport.rawValue
        return "-A \(began) -d \(target.address)/32 -p \(transport) -m \(transport) --dport \(target.port) "
            + "-j CONNMARK --set-xmark \(ReplyRules.mark)"
    }
}
