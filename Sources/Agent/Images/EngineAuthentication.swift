import AWSWire

/// Credentials for registries that every task of an instance pulls with: ECS_ENGINE_AUTH_TYPE and ECS_ENGINE_AUTH_DATA.
/// Source: Amazon ECS Developer Guide, "Using non-AWS container images"; amazon-ecs-agent, agent/engine/dockerauth.
package struct EngineAuthentication: Sendable {
    /// By registry: `host` or `host/path`, without a scheme.
    private var credentials: [String: RegistryCredential] = [:]

    /// Where Docker keeps the credentials of its own registry.
    private static let hubKey = "index.docker.io/v1"
    private static let hubHosts: Set = ["docker.io", "index.docker.io", "registry-1.docker.io"]

    package init() {}

    /// - Parameters:
    ///   - type: `dockercfg` (`{"registry":{"auth":"base 64 of user:password"}}`) or `docker`
    ///     (`{"registry":{"username":"…","password":"…"}}`).
    /// - Returns: nil when `data` is not of that type. A registry whose entry cannot be read is left out.
    package init?(type: String, data: String) {
        guard ["dockercfg", "docker"].contains(type), let members = (try? JSONValue.parse(data))?.members else {
            return nil
        }
        for member in members {
            let value = member.value
            let found = type == "docker" ? EngineAuthentication.plain(value) : EngineAuthentication.encoded(value)
            if let found { credentials[EngineAuthentication.key(member.name)] = found }
        }
    }

    /// The credential for an image: of its registry, and there of the longest path that the image begins with.
    func credential(for image: String) -> RegistryCredential? {
        guard !credentials.isEmpty else { return nil }
        let host = EngineAuthentication.host(of: image)
        if EngineAuthentication.hubHosts.contains(host) { return credentials[EngineAuthentication.hubKey] }
        let key = credentials.keys.filter { $0 == host || image.hasPrefix($0 + "/") }.max {
            $0.utf8.count < $1.utf8.count
        }
        return key.flatMap { credentials[$0] }
    }

    private static func plain(_ value: JSONValue) -> RegistryCredential? {
        guard let name = value["username"]?.stringValue, let password = value["password"]?.stringValue else {
            return nil
        }
        return RegistryCredential(username: name, password: password)
    }

    private static func encoded(_ value: JSONValue) -> RegistryCredential? {
        guard let bytes = value["auth"]?.stringValue.flatMap({ Base64.decode(Array($0.utf8)) }) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(
            separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        return RegistryCredential(username: String(parts[0]), password: String(parts[1]))
    }

    private static func key(_ registry: String) -> String {
        var text = registry[...]
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) { text = text.dropFirst(scheme.count) }
        while text.hasSuffix("/") { text.removeLast() }
        return String(text)
    }

    /// The registry's host; Docker's own for a name without one.
    private static func host(of image: String) -> String {
        let parts = image.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let first = parts.first,
            first == "localhost" || first.contains(".") || first.contains(":")
        else { return "docker.io" }
        return String(first)
    }
}
