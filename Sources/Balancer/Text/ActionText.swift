import NodeLink

/// What fixed responses may be.
enum FixedResponseText {
    /// Source: Elastic Load Balancing API, FixedResponseActionConfig.
    static let contentTypes = ["text/plain", "text/css", "text/html", "application/javascript", "application/json"]
}

extension BalancerConfiguration.Action {
    /// Why it cannot be carried out; nil when it can.
    var problem: String? {
        switch self {
        case .forward(let groups, _): groups.isEmpty ? "it forwards to no group" : nil
        case .redirect(let redirect): redirect.problem
        case .fixedResponse(let response):
            (200...599).contains(response.statusCode) ? nil : "no response has the status \(response.statusCode)"
        }
    }
}

extension BalancerConfiguration.Redirect {
    var problem: String? { [301, 302].contains(statusCode) ? nil : "no redirect has the status \(statusCode)" }

    /// The value of `Location` in HAProxy's log format.
    func location(port ownPort: Int, transport: BalancerConfiguration.Listener.Transport) -> String {
        let scheme = text(scheme, ownPort, transport).lowercased()
        let location = "\(scheme)://\(text(host, ownPort, transport)):\(text(port, ownPort, transport))"
        // A path begins with a slash, whatever was given.
        let path = text(path, ownPort, transport)
        let given = query.isEmpty ? "" : "?" + text(query, ownPort, transport)
        let query = query == "#{query}" ? "%[var(txn.query)]" : given
        return location + (path.hasPrefix("/") ? path : "/" + path) + query
    }

    /// Source: Elastic Load Balancing API, RedirectActionConfig: the keywords.
    private func text(
        _ template: String, _ port: Int, _ transport: BalancerConfiguration.Listener.Transport
    ) -> String {
        let keywords = [
            ("#{protocol}", transport.rawValue), ("#{host}", "%[req.hdr(host),host_only]"), ("#{port}", String(port)),
            ("#{path}", "%[path,bytes(1)]"), ("#{query}", "%[query]"),
        ]
        var result = ""
        var rest = template[...]
        while let character = rest.first {
            if let keyword = keywords.first(where: { rest.hasPrefix($0.0) }) {
                result += keyword.1
                rest = rest.dropFirst(keyword.0.count)
            } else {
                result += Self.literal(character)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// What an address cannot hold is percent-encoded, and a percent sign is written twice.
    private static func literal(_ character: Character) -> String {
        character.utf8.map { byte in
            if byte == UInt8(ascii: "%") { return "%%" }
            let isPlain = HAProxySyntax.isAlphanumeric(byte) || "-._~:/?#[]@!$&()*+,;=".utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%%" + HAProxySyntax.hex(byte).uppercased()
        }.joined()
    }
}
