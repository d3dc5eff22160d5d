import AWSWire

/// What `roost status` says of load balancers and their nodes; nothing in a region without either.
enum BalancersScreen {
    /// - Parameter page: the answer of `GET /_roost/balancers`.
    static func lines(_ page: JSONValue) -> [String] {
        let balancers = page["loadBalancers"]?.arrayValue ?? []
        let nodes = page["nodes"]?.arrayValue ?? []
        guard !balancers.isEmpty || !nodes.isEmpty else { return [] }
        return ["load balancing"] + balancers.map(line) + nodes.flatMap(nodeLines) + [""]
    }

    private static func line(_ balancer: JSONValue) -> String {
        let addresses = (balancer["addresses"]?.arrayValue ?? []).compactMap(\.stringValue)
        return "  balancer \(padded(balancer["name"]?.stringValue ?? "", 32)) "
            + "\(balancer["state"]?.stringValue ?? "")  \(balancer["dnsName"]?.stringValue ?? "")  "
            + "\(addresses.isEmpty ? "no address" : addresses.joined(separator: " "))  "
            + "\(balancer["listeners"]?.intValue ?? 0) listeners  "
            + "targets \(balancer["healthyTargets"]?.intValue ?? 0)/\(balancer["targets"]?.intValue ?? 0) healthy"
            + traffic(balancer["lastMinute"] ?? .null)
    }

    /// What went through in the last minute; empty when nothing did.
    private static func traffic(_ minute: JSONValue) -> String {
        guard let requests = minute["requests"]?.intValue else { return "" }
        let slowest = minute["p99Milliseconds"]?.doubleValue.map { "  p99 \($0) ms" } ?? ""
        return "  \(requests) requests/min  \(minute["errors"]?.intValue ?? 0) errors" + slowest
    }

    private static func nodeLines(_ node: JSONValue) -> [String] {
        let connection = node["connected"]?.boolValue ?? false ? "connected" : "disconnected"
        let problems = (node["problems"]?.arrayValue ?? []).compactMap(\.stringValue)
        return [
            "  node     \(padded(node["name"]?.stringValue ?? "", 32)) \(node["zone"]?.stringValue ?? "-")  "
                + "\(connection)  addresses \(node["pool"]?.stringValue ?? "")"
        ] + problems.map { "           ! \($0)" }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
