import Logging
import NodeLink

/// Keeps an eye on HAProxy, on draining targets, and on what is in the way.
extension BalancerNode {
    private static let watchPause: Duration = .milliseconds(200)
    /// How often ports that were taken are tried again.
    private static let retryEvery = 75
    /// How often the host's rules are looked at, a multiple of the former: others may have taken them away.
    private static let rulesEvery = 300
    /// How many servers are removed before a change can have its turn.
    private static let maximumRemovals = 100

    /// Notices HAProxy's end, and ports that have become free.
    func keepWatch() async {
        var count = 0
        while (try? await Task.sleep(for: BalancerNode.watchPause)) != nil {
            count += 1
            if applied != nil, let process = try? HAProxyProcess(run, group: group), process.processID == nil {
                logger.warning("haproxy has ended and is started again")
                changed()
            } else if udp.text != nil, !NginxProcess(files: run).isRunning {
                logger.warning("nginx has ended and is started again")
                changed()
            } else if count % BalancerNode.retryEvery == 0 {
                areRulesDue = hasIdleRules || isTimeForRules(count)
                if !problems.isEmpty { environmentConfiguration = nil }
                if areRulesDue || !problems.isEmpty { changed() }
            }
        }
    }

    private func isTimeForRules(_ count: Int) -> Bool {
        count % BalancerNode.rulesEvery == 0 && rulesPut?.isEmpty == false
    }

    /// Watches connections to targets that are draining, until there are none, and removes servers that are gone.
    func keepDraining() async {
        while (try? await Task.sleep(for: BalancerNode.watchPause)) != nil {
            guard !machine.draining.isEmpty || !leaving.isEmpty || !oldWorkers.isEmpty else { continue }
            guard let process = try? HAProxyProcess(run, group: group) else { continue }
            if !oldWorkers.isEmpty { oldWorkers = await process.oldWorkers() }
            await countConnections(process)
            await removeServers(process)
        }
    }

    private func countConnections(_ process: HAProxyProcess) async {
        var counts: [TargetKey: Int] = [:]
        let wanted = machine.draining
        let isServing = applied != nil || process.processID != nil
        for group in Set(wanted.map(\.group)).sorted() {
            let backend = HAProxyMaker.backend(group)
            let ready = (applied?.servers[backend] ?? []).filter(\.isReady).map(\.name)
            let current = isServing ? await connections(backend, process) : [:]
            for key in wanted where key.group == group {
                guard let target = machine.targets[group]?.first(where: { TargetKey(group, $0) == key }) else {
                    continue
                }
                let name = HAProxySyntax.serverName(group: group, target)
                // One that still gets requests is not draining yet, whatever its count.
                guard !ready.contains(name), let current else { continue }
                counts[key] = current[name] ?? 0
            }
        }
        if !counts.isEmpty { deliver(.connections(counts)) }
    }

    /// Connections of a backend's servers, with those of old workers; nil when HAProxy does not say.
    private func connections(_ backend: String, _ process: HAProxyProcess) async -> [String: Int]? {
        let command = "show stat \(backend) 4 -1"
        guard let answer = try? await process.runtime.send(command) else { return nil }
        var counts = HAProxyStatistics(answer).values("scur", by: "svname")
        for worker in oldWorkers {
            let old = await process.ask(worker, command)
            let more = HAProxyStatistics(old).values("scur", by: "svname")
            for (name, count) in more { counts[name, default: 0] += count }
        }
        return counts
    }

    /// Tries to remove servers that are gone, the one that has waited longest first.
    private func removeServers(_ process: HAProxyProcess) async {
        // A target that comes back meanwhile is added after this, or is no longer among them.
        await takeTurn()
        defer { endTurn() }
        for server in leaving.prefix(BalancerNode.maximumRemovals) {
            let name = "\(server.backend)/\(server.server.name)"
            if server.isCut { _ = try? await process.runtime.send("shutdown sessions server \(name)") }
            let answer = (try? await process.runtime.send("del server \(name)")) ?? ""
            guard let index = leaving.firstIndex(of: server) else { continue }
            leaving.remove(at: index)
            // One that HAProxy does not know is gone as well.
            if !answer.contains("deleted"), !answer.contains("No such server") { leaving.append(server) }
        }
    }
}

/// The answer to `show stat`: comma-separated values under a line of names.
struct HAProxyStatistics {
    private var rows: [[Substring]] = []
    private var columns: [Substring: Int] = [:]

    init(_ text: String) {
        let lines = text.split(separator: "\n")
        guard let head = lines.first(where: { $0.hasPrefix("# ") }) else { return }
        let names = head.dropFirst(2).split(separator: ",", omittingEmptySubsequences: false)
        columns = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        rows = lines.filter { !$0.hasPrefix("#") }.map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    }

    /// A column's numbers by the texts of another one.
    func values(_ column: String, by name: String, where kind: String? = nil) -> [String: Int] {
        guard let value = columns[column[...]], let key = columns[name[...]] else { return [:] }
        var result: [String: Int] = [:]
        for row in rows where row.count > max(value, key) {
            if let kind, !row.contains(kind[...]) { continue }
            result[String(row[key])] = Int(row[value]) ?? 0
        }
        return result
    }

    /// The sums of a column's numbers over the servers with the same text in another one.
    func sums(_ column: String, by name: String) -> [String: Int] {
        guard let value = columns[column[...]], let key = columns[name[...]] else { return [:] }
        var result: [String: Int] = [:]
        for row in rows where row.count > max(value, key) && !row.contains("FRONTEND") && !row.contains("BACKEND") {
            result[String(row[key]), default: 0] += Int(row[value]) ?? 0
        }
        return result
    }
}
