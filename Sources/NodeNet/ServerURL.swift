/// An address of our server, `http://` or `https://`, with an optional base path. `ws://` counts as `http://`, `wss://`
/// as `https://`.
package struct ServerURL: Sendable, Hashable, CustomStringConvertible {
    package let endpoint: Endpoint
    /// `host:port` as the `Host` header wants it.
    package let authority: String
    /// Begins with a slash, unless it is empty; never ends with one.
    package let path: String

    private static let plain = ["http://", "ws://"]
    private static let secure = ["https://", "wss://"]

    /// - Returns: nil for text that is no such address.
    package init?(_ text: String) {
        guard let scheme = (ServerURL.plain + ServerURL.secure).first(where: text.hasPrefix) else { return nil }
        let isSecure = ServerURL.secure.contains(scheme)
        let rest = text.dropFirst(scheme.count)
        let authority = String(rest.prefix { $0 != "/" && $0 != "?" })
        guard let endpoint = Endpoint.authority(authority, defaultPort: isSecure ? 443 : 80) else { return nil }
        self.endpoint = isSecure ? endpoint.secured : endpoint
        self.authority = authority
        var path = String(rest.dropFirst(authority.count).prefix { $0 != "?" })
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// Whether it is spoken to over TLS.
    package var isSecure: Bool { if case .tls = endpoint { true } else { false } }

    package var description: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }
}
