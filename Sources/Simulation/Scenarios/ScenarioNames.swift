import State

/// The names of a scenario's things: short, and in the order in which the things came, where the region has long ids.
struct ScenarioNames {
    /// What kind of thing it is.
    enum Kind: String {
        case task
        /// `ecs-svc/…`: of deployments and task sets.
        case deployment
        case serviceDeployment
        case hook
    }

    /// By id.
    private var names: [String: String] = [:]
    /// What `$name` stands for.
    private var values: [String: String] = [:]
    private var counts: [Kind: Int] = [:]
    /// Names of what is longer than a word.
    private var texts: [(text: String, name: String)] = []

    /// Numbers a thing, unless it is known.
    /// - Parameter value: what a command says to mean it.
    mutating func add(_ kind: Kind, _ id: String?, value: String?) {
        guard let id, names[id] == nil else { return }
        counts[kind, default: 0] += 1
        let number = "\(counts[kind] ?? 0)"
        names[id] = kind == .hook ? "hook-\(number)" : number
        values["\(kind.rawValue.lowercased())\(number)"] = value
    }

    /// Names a container instance.
    mutating func add(instance id: String, name: String) {
        names[id] = name
        values[name] = id
    }

    /// Names something by an ARN.
    mutating func add(text: String, name: String) {
        texts.append((text, name))
        values[name] = text
    }

    /// Names a host as load balancers know it.
    mutating func add(host id: String, name: String) { names[id] = name }

    func name(_ id: String) -> String { names[id] ?? id }

    /// The id of a task with a number.
    func task(_ number: Int) -> String? { values["task\(number)"] }

    /// A text of the region with names for ids.
    func plain(_ text: String) -> String {
        let short = texts.reduce(text) { $0.replacing($1.text, with: $1.name) }
        return replaceWords(in: short) { names[String($0)] }
    }

    /// A word of a scenario with ids for `$names`.
    func resolve(_ word: String) -> String {
        let pieces = word.split(separator: "$", omittingEmptySubsequences: false)
        let rest = pieces.dropFirst().map { piece -> String in
            let name = piece.prefix { $0.isLetter || $0.isNumber }
            guard let value = values[String(name).lowercased()] else { return "$" + piece }
            return value + piece[name.endIndex...]
        }
        return String(pieces[0]) + rest.joined()
    }

    private func replaceWords(in text: String, _ name: (Substring) -> String?) -> String {
        var result = ""
        var rest = text[...]
        while !rest.isEmpty {
            let word = rest.prefix { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            result += name(word) ?? String(word)
            rest = rest[word.endIndex...]
            if let next = rest.popFirst() { result.append(next) }
        }
        return result
    }
}
