/// How HAProxy gets from one configuration to another.
enum ApplyPlan: Sendable, Equatable {
    case nothing
    /// New files, then these steps while it runs.
    case steps([RuntimeStep])
    /// New files, then a reload: new processes take over the listening sockets, old ones end their connections.
    case reload

    /// Decides. What stands in the files is always the whole of `new`, whatever the way.
    static func make(from old: HAProxyConfiguration, to new: HAProxyConfiguration) -> ApplyPlan {
        guard new.hasStructure(of: old), !changesServers(from: old, to: new) else { return .reload }
        var steps: [RuntimeStep] = []
        steps += certificates(from: old, to: new)
        for backend in new.servers.keys.sorted() {
            steps += servers(backend, from: old.servers[backend] ?? [], to: new.servers[backend] ?? [])
        }
        // Requests go to a group only once its servers are there.
        for file in new.maps.keys.sorted() where new.maps[file] != old.maps[file] {
            steps.append(.setMap(file: file, lines: new.maps[file] ?? []))
        }
        return steps.isEmpty ? .nothing : .steps(steps)
    }

    /// Whether a server is reached in another way than before, or is new and speaks HTTP/2. A name is in use until its
    /// last connection has ended; and HAProxy gives every request to an HTTP/2 server that was added while it runs a
    /// connection of its own: `max-reuse` is 0 there, and cannot be given. (Seen with HAProxy 2.6.12.)
    private static func changesServers(
        from old: HAProxyConfiguration, to new: HAProxyConfiguration
    ) -> Bool {
        new.servers.contains { backend, servers in
            let before = Dictionary(
                (old.servers[backend] ?? []).map { ($0.name, $0.parameters) }, uniquingKeysWith: { $1 })
            return servers.contains { server in
                before[server.name].map { $0 != server.parameters } ?? server.parameters.contains(" proto h2")
            }
        }
    }

    /// A certificate is in HAProxy's memory before a list names it, and until none does.
    private static func certificates(
        from old: HAProxyConfiguration, to new: HAProxyConfiguration
    ) -> [RuntimeStep] {
        let before = old.loadedCertificates
        let after = new.loadedCertificates
        var steps: [RuntimeStep] = []
        for file in after.sorted() {
            let pem = new.certificates[file] ?? ""
            if !before.contains(file) { steps.append(.newCertificate(file: file)) }
            if !before.contains(file) || pem != old.certificates[file] {
                steps.append(.setCertificate(file: file, pem: pem))
            }
        }
        for list in new.certificateLists.keys.sorted() {
            let names = new.certificateLists[list] ?? []
            let known = old.certificateLists[list] ?? []
            for file in names where !known.contains(file) { steps.append(.addToList(list, file: file)) }
            for file in known where !names.contains(file) { steps.append(.removeFromList(list, file: file)) }
        }
        return steps + before.subtracting(after).sorted().map { .removeCertificate(file: $0) }
    }

    /// New servers first: a group is never without one because of the order.
    private static func servers(
        _ backend: String, from old: [HAProxyConfiguration.Server], to new: [HAProxyConfiguration.Server]
    ) -> [RuntimeStep] {
        let known = Dictionary(old.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        let wanted = Set(new.map(\.name))
        var steps: [RuntimeStep] = []
        for server in new {
            guard let before = known[server.name] else {
                steps.append(.add(backend: backend, server: server))
                continue
            }
            if before.weight != server.weight {
                steps.append(.setWeight(backend: backend, server: server.name, weight: server.weight))
            }
            if before.isReady != server.isReady {
                steps.append(.setReady(backend: backend, server: server.name, isReady: server.isReady))
            }
        }
        for server in old where !wanted.contains(server.name) {
            steps.append(.remove(backend: backend, server: server))
        }
        return steps
    }
}

/// One change while HAProxy runs.
enum RuntimeStep: Sendable, Equatable {
    case add(backend: String, server: HAProxyConfiguration.Server)
    case setReady(backend: String, server: String, isReady: Bool)
    case setWeight(backend: String, server: String, weight: Int)
    case remove(backend: String, server: HAProxyConfiguration.Server)
    case setMap(file: String, lines: [String])
    case newCertificate(file: String)
    case setCertificate(file: String, pem: String)
    case removeCertificate(file: String)
    case addToList(String, file: String)
    case removeFromList(String, file: String)
}

/// A command of the runtime API, and the answers that mean it was done.
struct RuntimeCommand: Sendable, Equatable {
    var text: String
    /// Beginnings of good answers besides the empty one.
    var expected: [String] = []
    /// Part of an answer that is as good.
    var tolerated: String?

    /// Whether the answer says that it was done.
    func accepts(_ answer: String) -> Bool {
        let answer = answer.trimmed
        if answer.isEmpty { return true }
        if let tolerated, answer.contains(tolerated) { return true }
        return expected.contains { answer.hasPrefix($0) }
    }
}

extension RuntimeStep {
    /// The commands, in order. `del server` is not among them: it has to wait for connections to end.
    /// Source: HAProxy 2.6 Management Guide, section 9.3 "Unix Socket commands".
    func commands(in directory: String) -> [RuntimeCommand] {
        switch self {
        case .add(let backend, let server):
            let name = "\(backend)/\(server.name)"
            // One that is still there from before, because a connection would not end, is used again.
            let add = RuntimeCommand(
                text: "add server \(name) \(server.parameters) weight \(server.weight)",
                expected: ["New server registered"], tolerated: "Already exists a server")
            // New servers are in maintenance. One from before keeps its weight otherwise.
            let weight = RuntimeCommand(text: "set server \(name) weight \(server.weight)")
            return [add, weight, RuntimeStep.state(name, server.isReady)]
        case .setReady(let backend, let server, let isReady):
            return [RuntimeStep.state("\(backend)/\(server)", isReady)]
        case .setWeight(let backend, let server, let weight):
            return [RuntimeCommand(text: "set server \(backend)/\(server) weight \(weight)")]
        case .remove(let backend, let server): return [RuntimeStep.state("\(backend)/\(server.name)", false)]
        case .setMap(let file, let lines): return RuntimeStep.map("\(directory)/\(file)", lines)
        case .newCertificate(let file):
            return [RuntimeCommand(text: "new ssl cert \(directory)/\(file)", expected: ["New empty certificate"])]
        case .removeCertificate(let file):
            return [RuntimeCommand(text: "del ssl cert \(directory)/\(file)", expected: ["Certificate"])]
        case .addToList(let list, let file):
            return [
                RuntimeCommand(
                    text: "add ssl crt-list \(directory)/\(list) \(directory)/\(file)", expected: ["Inserting"])
            ]
        case .removeFromList(let list, let file):
            return [
                RuntimeCommand(
                    text: "del ssl crt-list \(directory)/\(list) \(directory)/\(file)", expected: ["Entry"])
            ]
        case .setCertificate(let file, let pem):
            let path = "\(directory)/\(file)"
            // A payload ends with its first empty line.
            let lines = pem.split(whereSeparator: \.isNewline).joined(separator: "\n")
            return [
                RuntimeCommand(text: "set ssl cert \(path) <<\n\(lines)\n", expected: ["Transaction"]),
                RuntimeCommand(text: "commit ssl cert \(path)", expected: ["Committing"]),
            ]
        }
    }

    private static func state(_ name: String, _ isReady: Bool) -> RuntimeCommand {
        RuntimeCommand(text: "set server \(name) state \(isReady ? "ready" : "maint")")
    }

    /// Prepared apart and put in place at once. The version is filled in by whoever sends it: `@@`.
    private static func map(_ path: String, _ lines: [String]) -> [RuntimeCommand] {
        var commands = [RuntimeCommand(text: "prepare map \(path)", expected: ["New version created"])]
        // A command has to fit HAProxy's buffer.
        var index = 0
        while index < lines.count {
            let part = lines[index..<min(index + 100, lines.count)]
            commands.append(RuntimeCommand(text: "add map @@ \(path) <<\n" + part.joined(separator: "\n") + "\n"))
            index += part.count
        }
        return commands + [RuntimeCommand(text: "commit map @@ \(path)")]
    }
}

extension String {
    /// Without spaces and newlines at its ends.
    var trimmed: String {
        let head = drop { $0.isWhitespace }
        guard let last = head.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(head[...last])
    }
}
