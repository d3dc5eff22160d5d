/// Where a server listens.
package enum Endpoint: Sendable, Hashable {
    case unix(path: String)
    case tcp(host: String, port: Int)
    case tls(host: String, port: Int)

    /// The same place, spoken to over TLS.
    var secured: Endpoint {
        if case .tcp(let host, let port) = self { .tls(host: host, port: port) } else { self }
    }

    /// The address in `DOCKER_HOST`: `unix:///path`, `tcp://host:port` or `http://host:port`; nil for others.
    package init?(engine text: String) {
        if text.hasPrefix("unix://") {
            self = .unix(path: String(text.dropFirst(7)))
        } else if text.hasPrefix("tcp://") || text.hasPrefix("http://") {
            let rest = String(text[text.range(after: "://")...])
            guard let parts = Endpoint.authority(rest, defaultPort: 2375) else { return nil }
            self = parts
        } else {
            return nil
        }
    }

    /// `host`, `host:port` or `[v6]:port`.
    static func authority(_ text: String, defaultPort: Int) -> Endpoint? {
        let plain = text.prefix { $0 != "/" }
        guard !plain.isEmpty else { return nil }
        if plain.hasPrefix("["), let end = plain.firstIndex(of: "]") {
            let host = String(plain[plain.index(after: plain.startIndex)..<end])
            let rest = plain[plain.index(after: end)...]
            return .tcp(host: host, port: rest.isEmpty ? defaultPort : Int(rest.dropFirst()) ?? defaultPort)
        }
        let parts = plain.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return .tcp(host: String(plain), port: defaultPort) }
        guard let port = Int(parts[1]), (1...65_535).contains(port) else { return nil }
        return .tcp(host: String(parts[0]), port: port)
    }
}

extension String {
    /// The index behind the first occurrence of `text`; the end when there is none.
    fileprivate func range(after text: String) -> Index {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(text) { return self.index(index, offsetBy: text.count) }
            index = self.index(after: index)
        }
        return endIndex
    }
}
