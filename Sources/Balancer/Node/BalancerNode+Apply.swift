import Foundation
import Logging
import NodeLink

/// Makes HAProxy and nginx serve what is wanted: the files first, then a reload or single changes.
extension BalancerNode {
    /// After a failure it is tried again.
    private static let retryPause: Duration = .seconds(5)
    /// How many of a configuration's faults are looked for, one after another.
    private static let maximumFaults = 50
    /// How many commands go to HAProxy in one line.
    private static let maximumCommands = 60

    /// Applies the newest state. Never fails: what does not work is a problem that is reported.
    func apply() async {
        let configuration = configuration
        do {
            let found = try await serve(configuration)
            problems = found
            // What the server takes for applied is on disk.
            try saveState()
        } catch {
            if Task.isCancelled { return }
            try? saveState()
            logger.error("could not be applied", metadata: ["error": "\(error)"])
            problems = [.init(loadBalancer: nil, listener: nil, text: "\(error)")]
            Task {
                try? await Task.sleep(for: BalancerNode.retryPause)
                self.changed()
            }
        }
        tellApplied(configuration.revision)
    }

    private func saveState() throws {
        var known = NodeState()
        known.configuration = configuration
        known.pool = settings.pool
        known.bridge = settings.bridge
        known.targets = targets.keys.sorted().compactMap { targets[$0] }
        known.health = machine.health.keys.sorted().compactMap { key in
            machine.health[key].map { NodeState.Entry(key: key, health: $0) }
        }
        try known.save(state)
    }

    private func serve(_ configuration: BalancerConfiguration) async throws -> [BalancerApplied.Problem] {
        guard !settings.isSimulated else { return [] }
        await putAddresses(configuration)
        if environmentConfiguration != configuration {
            // Whatever could not be may be possible now.
            environment.refused = [:]
            environment.rejected = [:]
            environmentConfiguration = configuration
        }
        let clientProblems = await putRules(configuration)
        let udpProblems = await putUDP(configuration)
        guard !configuration.loadBalancers.isEmpty else {
            if let process = try? HAProxyProcess(run, group: group) { await process.stop() }
            applied = nil
            ownBinds = []
            run.remove("haproxy.cfg")
            await removeRules()
            return []
        }
        let process = try HAProxyProcess(run, group: group)
        if process.processID != nil, !process.hasLogPipe {
            logger.notice("haproxy is started anew: it does not write into this node's pipe")
            await process.stop()
        }
        if process.processID == nil {
            applied = nil
            ownBinds = []
        }
        let draft = try await put(configuration, process)
        ownBinds = Set(draft.binds)
        let own = (addressProblems + clientProblems)
            .map { BalancerApplied.Problem(loadBalancer: nil, listener: nil, text: $0) }
        return own + draft.problems + udpProblems
    }

    private func putAddresses(_ configuration: BalancerConfiguration) async {
        let wanted = configuration.loadBalancers.map(\.address).sorted()
        guard wanted != addressesPut || !addressProblems.isEmpty else { return }
        addressProblems = await addresses.put(wanted)
        addressesPut = wanted
        for problem in addressProblems { logger.warning("an address is missing", metadata: ["problem": "\(problem)"]) }
    }

    // MARK: HAProxy

    private func put(_ configuration: BalancerConfiguration, _ process: HAProxyProcess) async throws -> HAProxyDraft {
        await takeTurn()
        defer { endTurn() }
        let servers = machine.servers(at: now())
        for _ in 0..<BalancerNode.maximumFaults {
            let draft = HAProxyMaker.make(configuration, servers: servers, in: environment)
            let refused = draft.binds.filter { !ownBinds.contains($0) }
                .compactMap { bind in BindProbe.refusal(bind).map { (bind, $0) } }
            guard refused.isEmpty else {
                for (bind, reason) in refused { environment.refused[bind] = reason }
                continue
            }
            if let applied, case let plan = ApplyPlan.make(from: applied, to: draft.configuration), plan != .reload {
                try await follow(plan, draft.configuration, process)
                return draft
            }
            if try await replace(draft.configuration, process) { return draft }
        }
        throw BalancerError.failed("haproxy's configuration", words: "it has too many faults")
    }

    /// Single changes while HAProxy runs.
    private func follow(_ plan: ApplyPlan, _ new: HAProxyConfiguration, _ process: HAProxyProcess) async throws {
        guard case .steps(let steps) = plan else { return }
        try write(new)
        try run.write("haproxy.cfg", new.text().text)
        do {
            try await perform(steps, process)
            applied = new
        } catch {
            // The files have everything: a reload comes to the same.
            logger.warning("a change was not taken", metadata: ["error": "\(error)"])
            try await reload(new, process)
        }
    }

    /// New files, then a start or a reload.
    /// - Returns: whether HAProxy took it; if not, whose fault it is stands in the environment.
    private func replace(_ new: HAProxyConfiguration, _ process: HAProxyProcess) async throws -> Bool {
        let (text, owners) = new.text()
        let isRunning = process.processID != nil
        // A node that has been started anew finds HAProxy with what it was last given.
        if isRunning, applied == nil, run.read("haproxy.cfg") == text, has(new) {
            applied = new
            oldWorkers = await process.oldWorkers()
            return true
        }
        try write(new)
        try run.write("haproxy.next", text)
        switch try await process.check("haproxy.next") {
        case .good: break
        case .bad(let lines, let words):
            let faults = lines.sorted { $0.key < $1.key }.compactMap { line, words in
                owners.indices.contains(line - 1) ? owners[line - 1].map { ($0, words) } : nil
            }
            guard !faults.isEmpty else { throw BalancerError.failed("haproxy's configuration", words: words) }
            // The first complaint says why; others follow from it.
            for (owner, words) in faults where environment.rejected[owner] == nil {
                environment.rejected[owner] = words
            }
            return false
        }
        try run.write("haproxy.cfg", text)
        if isRunning {
            try await reload(new, process)
        } else {
            try await process.start()
            applied = new
            leaving = []
            oldWorkers = []
            logger.info("haproxy started", metadata: ["process": "\(process.processID ?? 0)"])
        }
        prune(new)
        return true
    }

    private func reload(_ new: HAProxyConfiguration, _ process: HAProxyProcess) async throws {
        applied = nil
        try await process.reload()
        applied = new
        leaving = []
        oldWorkers = await process.oldWorkers()
        logger.debug("haproxy reloaded", metadata: ["old workers": "\(oldWorkers.count)"])
    }

    // MARK: Files

    private func write(_ new: HAProxyConfiguration) throws {
        for (name, text) in new.files { try run.write(name, text) }
        for (name, pem) in new.certificates { try run.write(name, pem) }
        for (name, lines) in new.maps { try run.write(name, HAProxyConfiguration.text(lines)) }
        for name in new.certificateLists.keys { try run.write(name, new.text(list: name, in: run.directory)) }
    }

    private func has(_ new: HAProxyConfiguration) -> Bool {
        new.files.allSatisfy { run.read($0.key) == $0.value }
            && new.certificates.allSatisfy { run.read($0.key) == $0.value }
            && new.maps.allSatisfy { run.read($0.key) == HAProxyConfiguration.text($0.value) }
            && new.certificateLists.keys.allSatisfy { run.read($0) == new.text(list: $0, in: run.directory) }
    }

    private func prune(_ new: HAProxyConfiguration) {
        let kept = Set(new.files.keys).union(new.certificates.keys).union(new.maps.keys)
            .union(new.certificateLists.keys)
        for folder in ["maps", "bodies", "certificates"] { run.prune(folder, keeping: kept) }
    }

    // MARK: Single changes

    private func perform(_ steps: [RuntimeStep], _ process: HAProxyProcess) async throws {
        // Commands without payloads go together, as many as fit HAProxy's buffer.
        var line: [RuntimeCommand] = []
        for step in steps {
            try note(step)
            let commands = step.commands(in: run.directory)
            switch step {
            case .setMap, .newCertificate, .setCertificate, .removeCertificate, .addToList, .removeFromList:
                try await sendTogether(line, process)
                line = []
                try await send(commands, process)
            default: line += commands
            }
            if line.count >= BalancerNode.maximumCommands {
                try await sendTogether(line, process)
                line = []
            }
        }
        try await sendTogether(line, process)
        await tellOldWorkers(steps, process)
    }

    private func sendTogether(_ commands: [RuntimeCommand], _ process: HAProxyProcess) async throws {
        guard !commands.isEmpty else { return }
        let answer = try await process.runtime.send(commands.map(\.text).joined(separator: "; "))
        for words in answer.split(separator: "\n") where !commands.contains(where: { $0.accepts(String(words)) }) {
            throw BalancerError.failed("haproxy's runtime API", words: String(words))
        }
    }

    private func send(_ commands: [RuntimeCommand], _ process: HAProxyProcess) async throws {
        var version = ""
        for command in commands {
            let parts = command.text.split(separator: "@@", maxSplits: 1, omittingEmptySubsequences: false)
            let text = parts.count == 2 ? "\(parts[0])@\(version)\(parts[1])" : command.text
            let answer = try await process.runtime.send(text)
            guard command.accepts(answer) else {
                throw BalancerError.failed("haproxy's runtime API", words: answer.trimmed)
            }
            if command.text.hasPrefix("prepare map") { version = String(answer.filter(\.isNumber)) }
        }
    }

    /// Keeps the list of servers that are leaving.
    private func note(_ step: RuntimeStep) throws {
        switch step {
        case .add(let backend, let server):
            guard let index = leaving.firstIndex(where: { $0.backend == backend && $0.server.name == server.name })
            else { return }
            // It may be there still, and is then used again as it is.
            guard leaving.remove(at: index).server.parameters == server.parameters else {
                throw BalancerError.failed("a server", words: "\(server.name) is reached in another way than before")
            }
        case .remove(let backend, let server):
            let group = configuration.targetGroups.first { HAProxyMaker.backend($0.id) == backend }
            let isCut = group.map { $0.isHTTP || $0.deregistrationCutsConnections } ?? true
            leaving.append(Leaving(backend: backend, server: server, isCut: isCut))
        default: return
        }
    }

    /// Workers that only end their connections still choose servers for the requests on those.
    private func tellOldWorkers(_ steps: [RuntimeStep], _ process: HAProxyProcess) async {
        guard !oldWorkers.isEmpty else { return }
        let commands = steps.compactMap { step -> String? in
            switch step {
            case .setReady(let backend, let server, let isReady):
                "set server \(backend)/\(server) state \(isReady ? "ready" : "maint")"
            case .remove(let backend, let server): "set server \(backend)/\(server.name) state maint"
            default: nil
            }
        }
        for worker in oldWorkers { await process.tell(worker, commands) }
    }

    /// Ends the connections to a target, unless it gets requests again by then.
    func cut(_ key: TargetKey) {
        guard let target = machine.targets[key.group]?.first(where: { TargetKey(key.group, $0) == key }) else { return }
        let backend = HAProxyMaker.backend(key.group)
        let name = HAProxySyntax.serverName(group: key.group, target)
        guard let process = try? HAProxyProcess(run, group: group) else { return }
        Task {
            await takeTurn()
            defer { endTurn() }
            guard applied?.servers[backend]?.first(where: { $0.name == name })?.isReady != true else { return }
            _ = try? await process.runtime.send("shutdown sessions server \(backend)/\(name)")
        }
    }

    // MARK: UDP

    private func putUDP(_ configuration: BalancerConfiguration) async -> [BalancerApplied.Problem] {
        let nginx = NginxProcess(files: run)
        let servers = machine.servers(at: now())
        var udpEnvironment = HAProxyEnvironment(directory: run.directory, zone: settings.zone)
        udpEnvironment.clients = environment.clients
        let make = { (environment: HAProxyEnvironment) in
            NginxConfiguration.make(configuration, servers: servers, in: environment, module: NginxProcess.module)
        }
        if !nginx.isRunning { udp = UDPState() }
        guard var wanted = make(udpEnvironment) else {
            if udp.text != nil || nginx.isRunning { nginx.stop() }
            udp = UDPState()
            return []
        }
        for bind in wanted.binds where !udp.binds.contains(bind) {
            if udp.text == nil, nginx.isRunning { continue }
            udpEnvironment.refused[bind] = BindProbe.refusal(bind, isUDP: true)
        }
        wanted = make(udpEnvironment) ?? wanted
        guard wanted.text != udp.text || !nginx.isRunning else { return wanted.problems }
        do {
            try await nginx.put(wanted.text)
            udp = UDPState(text: wanted.text, binds: Set(wanted.binds))
            return wanted.problems
        } catch {
            return wanted.problems + [.init(loadBalancer: nil, listener: nil, text: "UDP is not served: \(error)")]
        }
    }
}

extension HAProxyConfiguration {
    /// A map's file.
    static func text(_ lines: [String]) -> String { lines.map { $0 + "\n" }.joined() }

    /// The file of a list of certificates.
    func text(list: String, in directory: String) -> String {
        HAProxyConfiguration.text((certificateLists[list] ?? []).map { "\(directory)/\($0)" })
    }
}
