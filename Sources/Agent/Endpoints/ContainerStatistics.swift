import AWSWire

/// The engine's statistics of a container as the endpoint shows them: with the sample before, and the network's rates.
/// Source: amazon-ecs-agent, ecs-agent/tmds/handlers/v4: StatsResponse. Observed: Fixtures/endpoint-v4-stats.json.
enum ContainerStatistics {
    /// - Parameters:
    ///   - latest: the engine's answer.
    ///   - earlier: the one before; nil when `latest` itself holds two samples.
    static func merge(_ latest: JSONValue, after earlier: JSONValue?) -> JSONValue {
        var value = latest
        if let earlier {
            value["precpu_stats"] = earlier["cpu_stats"]
            value["preread"] = earlier["read"]
        }
        value["network_rate_stats"] = rates(latest, earlier)
        return value
    }

    /// The statistics of a task's containers by their ids; nothing is known of one that ended.
    static func ofTask(_ containers: [(id: String, statistics: JSONValue?)]) -> JSONValue {
        let members = containers.map { JSONMember($0.id, $0.statistics ?? .object([])) }
        return .object(members.sorted { $0.name < $1.name })
    }

    /// Bytes a second over all interfaces, between two samples.
    private static func rates(_ latest: JSONValue, _ earlier: JSONValue?) -> JSONValue {
        func rate(_ member: String) -> Double {
            guard let earlier, let from = time(earlier), let to = time(latest), to > from else { return 0 }
            let seconds = Double(to.milliseconds - from.milliseconds) / 1_000
            return max(0, Double(sum(latest, member) - sum(earlier, member)) / seconds)
        }
        return [
            "rx_bytes_per_sec": .double(rate("rx_bytes")), "tx_bytes_per_sec": .double(rate("tx_bytes")),
        ]
    }

    private static func time(_ statistics: JSONValue) -> Timestamp? {
        statistics["read"]?.stringValue.flatMap(Timestamp.init(iso8601:))
    }

    private static func sum(_ statistics: JSONValue, _ member: String) -> Int {
        (statistics["networks"]?.members ?? []).reduce(0) { $0 + ($1.value[member]?.intValue ?? 0) }
    }
}
