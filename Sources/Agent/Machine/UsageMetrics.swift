import NodeLink

/// Counters as the session for measurements carries them: statistics of one sample.
/// Source: amazon-ecs-agent, ecs-agent/tcs/model. Observed: Fixtures/tcs-PublishMetricsRequest-tasks.json.
extension TCS.CountStatsSet {
    fileprivate init(_ value: Int) {
        self.init(
            min: value, max: value, sum: value, sampleCount: 1, overflowMin: 0, overflowMax: 0, overflowSum: 0)
    }
}

extension TCS.NetworkStatsSet {
    init(_ used: NetworkUsage) {
        self.init(
            rxBytes: .init(used.received.bytes), rxDropped: .init(used.received.dropped),
            rxErrors: .init(used.received.errors), rxPackets: .init(used.received.packets),
            txBytes: .init(used.sent.bytes), txDropped: .init(used.sent.dropped), txErrors: .init(used.sent.errors),
            txPackets: .init(used.sent.packets))
    }
}

extension TCS.StorageStatsSet {
    init(_ used: StorageUsage) {
        self.init(readSizeBytes: .init(used.read), writeSizeBytes: .init(used.written))
    }
}
