import AWSWire

/// What the endpoints for tasks ask of the engine.
extension DockerEngine {
    package func details(of id: String) async -> JSONValue? {
        try? await client.call("GET", "/containers/\(id)/json", timeout: limits.inspect)
    }

    package func statistics(of id: String, isOneShot: Bool) async -> JSONValue? {
        let query = [("stream", "false")] + (isOneShot ? [("one-shot", "true")] : [])
        let answer = try? await client.call("GET", "/containers/\(id)/stats", query: query, timeout: limits.inspect)
        // Of a container that does not run the engine tells nothing but zeros.
        guard var shown = answer, shown["read"]?.stringValue?.hasPrefix("0001-") == false else { return nil }
        if let traffic = traffic(of: id) { shown["networks"] = ["eth0": traffic.engineForm] }
        return shown
    }
}
