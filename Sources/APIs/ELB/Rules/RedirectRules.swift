import AWSModels
import AWSWire

/// What a redirect action may say.
/// Source: Elastic Load Balancing API Reference, RedirectActionConfig.
struct RedirectRules {
    let listener: ELB.ProtocolEnum

    /// The action with every component filled in.
    func checked(_ action: ELB.Action) throws(WireError) -> ELB.Action {
        guard let config = action.redirectConfig else {
            throw .validationError("A redirect action must have a redirect config")
        }
        let result = ELB.RedirectActionConfig(
            protocol: config.protocol ?? "#{protocol}", port: config.port ?? "#{port}", host: config.host ?? "#{host}",
            path: config.path ?? "/#{path}", query: config.query ?? "#{query}", statusCode: config.statusCode)
        try checkWords(result)
        guard result.protocol != "HTTP" || listener == .http else {
            throw .invalidLoadBalancerAction("A redirect from HTTPS to HTTP is not allowed")
        }
        guard !isLoop(result) else {
            throw .invalidLoadBalancerAction(
                "The RedirectConfig is not valid because it creates a loop; protocol, host, port or path must change")
        }
        return ELB.Action(type: .redirect, order: action.order, redirectConfig: result)
    }

    private func checkWords(_ config: ELB.RedirectActionConfig) throws(WireError) {
        let port = config.port ?? ""
        let isNumber =
            port.utf8.allSatisfy { (48...57).contains($0) } && Int(port).map { (1...65_535).contains($0) } ?? false
        guard port == "#{port}" || isNumber else {
            throw .validationError("Redirect port '\(port)' must be '#{port}' or in the range 1-65535")
        }
        guard (config.path ?? "").hasPrefix("/") else {
            throw .validationError("Redirect path '\(config.path ?? "")' must begin with '/'")
        }
        try checkKeywords(config.host, "host", ["host"])
        try checkKeywords(config.path, "path", ["host", "path", "port"])
        try checkKeywords(config.query, "query", ["protocol", "host", "port", "path", "query"])
    }

    /// `#{…}` may hold the words of a component and no others.
    private func checkKeywords(_ text: String?, _ component: String, _ words: Set<String>) throws(WireError) {
        let text = text ?? ""
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        for part in text.split(separator: "#{", omittingEmptySubsequences: false).dropFirst() {
            guard let end = part.firstIndex(of: "}"), words.contains(String(part[..<end])) else {
                throw .validationError("Redirect \(component) '\(text)' holds a keyword that is not allowed there")
            }
        }
        guard isPrintable else {
            throw .validationError("Redirect \(component) holds characters that are not allowed")
        }
    }

    private func isLoop(_ config: ELB.RedirectActionConfig) -> Bool {
        let keepsProtocol = config.protocol == "#{protocol}" || config.protocol == listener.rawValue
        return keepsProtocol && config.port == "#{port}" && config.host == "#{host}" && config.path == "/#{path}"
    }
}
