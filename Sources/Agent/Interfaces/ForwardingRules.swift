/// The rules by which packets of tasks with interfaces of their own pass the host. Pure: what the host has comes in as
/// `iptables-save` says it, what it lacks goes out as `iptables-restore` takes it.
///
/// They name no task, only the prefix of our interfaces, so all agents of a network namespace share them, and starting
/// or ending a task changes none. Each of our chains is one step from a chain of the system's.
struct ForwardingRules: Sendable {
    private struct Chain: Sendable {
        var table: String
        var name: String
        /// Where it is entered: the first of these that there is.
        var hooks: [String]
        /// The target of the engine's rules before which it has to be entered: the engine puts its own first when it
        /// starts.
        var precedes: String?
        var rules: [String]
    }

    private static let ours = TaskInterface.prefix + "+"
    /// Marks a connection that a task began. A bit that neither Kubernetes (0x4000, 0x8000) nor Docker uses.
    private static let mark = "0x2000/0x2000"

    /// In the words of `iptables-save`, so that they can be compared.
    private static let chains: [Chain] = [
        // Whoever sends with an address that does not lead back to the interface pretends to be another task.
        Chain(
            table: "raw", name: "ROOST-ENI-RAW", hooks: ["PREROUTING"],
            rules: ["-i \(ours) -m rpfilter --invert -j DROP"]),
        Chain(
            table: "nat", name: "ROOST-ENI-PRE", hooks: ["PREROUTING"], precedes: "DOCKER",
            rules: ["-i \(ours) -j MARK --set-xmark \(mark)"]),
        // To tasks, and from tasks to the engine's networks, addresses stay what they are. All else that tasks begin
        // leaves with the host's address.
        Chain(
            table: "nat", name: "ROOST-ENI-POST", hooks: ["POSTROUTING"], precedes: "MASQUERADE",
            rules: [
                "-o \(ours) -j ACCEPT", "-m mark ! --mark \(mark) -j RETURN", "-o docker+ -j ACCEPT",
                "-o br-+ -j ACCEPT", "-j MASQUERADE",
            ]),
        // The engine's policy is to drop what it does not know. What goes to its networks is left to its own rules:
        // published ports and nothing else.
        Chain(
            table: "filter", name: "ROOST-ENI", hooks: ["DOCKER-USER", "FORWARD"],
            rules: [
                "-o \(ours) -j ACCEPT", "-i \(ours) -o docker+ -j RETURN", "-i \(ours) -o br-+ -j RETURN",
                "-i \(ours) -j ACCEPT",
            ]),
    ]

    /// What the host lacks.
    /// - Parameter saved: the output of `iptables-save`.
    /// - Returns: input for `iptables-restore --noflush`; nil when nothing is missing. Each table changes at once, and
    ///   rules that are there already do not come twice.
    static func missing(in saved: String) -> String? {
        let present = tables(saved)
        var parts: [String] = []
        for table in ["raw", "nat", "filter"] {
            var lines: [String] = []
            for chain in chains where chain.table == table { lines += missing(chain, present[table] ?? []) }
            // Declarations come first.
            let declared = lines.filter { $0.hasPrefix(":") }
            let rules = lines.filter { !$0.hasPrefix(":") }
            if !lines.isEmpty { parts += ["*\(table)"] + declared + rules + ["COMMIT"] }
        }
        return parts.isEmpty ? nil : parts.joined(separator: "\n") + "\n"
    }

    private static func missing(_ chain: Chain, _ present: [String]) -> [String] {
        let wanted = chain.rules.map { "-A \(chain.name) \($0)" }
        let system = chain.hooks.first { name in present.contains { $0.hasPrefix(":\(name) ") } }
        let hook = system ?? chain.hooks.last ?? ""
        let entries = present.filter { $0.hasPrefix("-A \(hook) ") }
        let place = entries.firstIndex { $0.hasSuffix(" -j \(chain.name)") }
        let rival = chain.precedes.flatMap { target in entries.firstIndex { ($0 + " ").contains(" -j \(target) ") } }
        let isHooked = place.map { $0 < rival ?? entries.count } ?? false
        let isThere = present.filter { $0.hasPrefix("-A \(chain.name) ") } == wanted
        if isThere, isHooked { return [] }
        // A declaration empties the chain, and the rules fill it, in one step.
        let moves = (place == nil ? [] : ["-D \(hook) -j \(chain.name)"]) + ["-I \(hook) -j \(chain.name)"]
        return [":\(chain.name) - [0:0]"] + wanted + (isHooked ? [] : moves)
    }

    /// The lines of each table.
    private static func tables(_ saved: String) -> [String: [String]] {
        var result: [String: [String]] = [:]
        var table = ""
        for line in saved.split(separator: "\n") {
            if line.hasPrefix("*") { table = String(line.dropFirst()) }
            if line.hasPrefix(":") || line.hasPrefix("-A ") { result[table, default: []].append(String(line)) }
        }
        return result
    }
}
