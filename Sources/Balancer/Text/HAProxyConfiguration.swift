/// Everything HAProxy is given, as a value: two of them tell what has to change, and how.
///
/// What may change while HAProxy runs — servers, maps, certificates — stands apart from the structure, which changes
/// by a reload only. The text of the file holds both, so a reload or a restart gives the same service.
struct HAProxyConfiguration: Sendable, Equatable {
    /// A line, and whose it is: that one is left out when HAProxy will not have the line.
    struct Line: Sendable, Equatable {
        var text: String
        var owner: Owner?
    }

    /// Whose fault a line may be.
    enum Owner: Sendable, Hashable {
        case rule(listener: String, rule: String)
        case listener(String)
    }

    /// `global`, `defaults`, `frontend` or `backend` with its lines.
    struct Section: Sendable, Equatable {
        var head: String
        var lines: [Line] = []
        /// The backend whose servers stand at its end.
        var backend: String?

        init(_ head: String, backend: String? = nil) {
            self.head = head
            self.backend = backend
        }

        mutating func add(_ text: String, _ owner: Owner? = nil) { lines.append(Line(text: text, owner: owner)) }
    }

    /// A server of a backend.
    struct Server: Sendable, Equatable {
        var name: String
        /// `10.0.0.1:80 ssl verify none`: everything but name, weight and state; the same in the file and at runtime.
        var parameters: String
        /// 1 to 100; less than 100 while it starts slowly.
        var weight = 100
        /// Whether it gets new requests.
        var isReady = true
    }

    var sections: [Section] = []
    /// By backend, in order.
    var servers: [String: [Server]] = [:]
    /// Lines of maps, by file name.
    var maps: [String: [String]] = [:]
    /// PEM by file name.
    var certificates: [String: String] = [:]
    /// Names of certificates' files by the name of the list; a listener has one. The first is for clients that name no
    /// other.
    var certificateLists: [String: [String]] = [:]
    /// Other files by name: pages, authorities.
    var files: [String: String] = [:]

    /// The text of `haproxy.cfg`, and the owner of each of its lines.
    func text() -> (text: String, owners: [Owner?]) {
        var lines: [String] = []
        var owners: [Owner?] = []
        func add(_ text: String, _ owner: Owner?) {
            lines.append(text)
            owners.append(owner)
        }
        for section in sections {
            add(section.head, nil)
            for line in section.lines { add("    " + line.text, line.owner) }
            for server in section.backend.flatMap({ servers[$0] }) ?? [] { add("    " + server.line, nil) }
            add("", nil)
        }
        return (lines.joined(separator: "\n"), owners)
    }

    /// The certificates that HAProxy has in its memory.
    var loadedCertificates: Set<String> { Set(certificateLists.values.joined()) }

    /// Whether nothing but servers, maps and certificates differ: no reload is needed.
    func hasStructure(of other: HAProxyConfiguration) -> Bool {
        sections == other.sections && files == other.files
            && maps.count == other.maps.count && maps.allSatisfy { other.maps[$0.key] != nil }
            && certificateLists.count == other.certificateLists.count
            && certificateLists.allSatisfy { list, names in
                other.certificateLists[list].map { $0.first == names.first } ?? false
            }
    }
}

extension HAProxyConfiguration.Server {
    /// The line of the file.
    var line: String { "server \(name) \(parameters) weight \(weight)" + (isReady ? "" : " disabled") }
}
