/// A plain `http://` address of our server, with an optional base path. `ws://` counts as `http://`.
package struct ServerURL: Sendable, Hashable, CustomStringConvertible {
    package let endpoint: Endpoint
    /// `host:port` as the `Host` header wants it.
    package let authority: String
    /// Begins with a slash, unless it is empty; never ends with one.
    package let path: String

    /// - Returns: nil for text that is no such address. TLS is not spoken yet.
    package init?(_ text: String) {
        guard let scheme = ["http://", "ws://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = String(rest.prefix { $0 != "/" && $0 != "?" })
        guard let endpoint = Endpoint.authority(authority, defaultPort: 80) else { return nil }
        self.endpoint = endpoint
        self.authority = authority
        var path = String(rest.dropFirst(authority.count).prefix { $0 != "?" })
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    package var description: String { "http://\(authority)\(path)" }
}
