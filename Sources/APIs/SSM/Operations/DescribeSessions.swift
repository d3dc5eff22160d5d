import APIPipeline
import AWSModels
import AWSWire
import State

/// The sessions that are open, or those that ended during the last hour.
/// Source: Systems Manager API Reference, DescribeSessions.
struct DescribeSessions: ReadOperation {
    static let model = SSM.Operations.describeSessions

    func access(
        _ input: SSM.DescribeSessionsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ssm:DescribeSessions", "*")]
    }

    func read(
        _ input: SSM.DescribeSessionsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> SSM.DescribeSessionsResponse {
        let filters = input.filters ?? []
        let times = try filters.map(DescribeSessions.time)
        let paging = try Paging.ssm(input.nextToken, input.maxResults, default: 50, maximum: 200)
        let page = paging.page { after, body in
            snapshot.table(ExecuteSessionRecord.self).forEach(after: after) { record in
                let isWanted =
                    record.isOver == (input.state == .history)
                    && zip(filters, times).allSatisfy { record.matches($0, $1) }
                return isWanted ? body(record.id, record) : true
            }
        }
        return SSM.DescribeSessionsResponse(sessions: page.items.map(\.shown), nextToken: page.nextToken)
    }

    /// The time that a filter names; nil for filters that name none.
    private static func time(_ filter: SSM.SessionFilter) throws(WireError) -> Timestamp? {
        guard filter.key == .invokedAfter || filter.key == .invokedBefore else { return nil }
        guard let time = Timestamp(iso8601: filter.value) else {
            throw .invalidFilterKey("\(filter.value) is not a time such as 2026-01-01T00:00:00Z.")
        }
        return time
    }
}

extension ExecuteSessionRecord {
    fileprivate func matches(_ filter: SSM.SessionFilter, _ time: Timestamp?) -> Bool {
        switch filter.key {
        case .invokedAfter: time.map { createdAt >= $0 } ?? true
        case .invokedBefore: time.map { createdAt < $0 } ?? true
        case .target: target == filter.value
        case .owner: owner == filter.value
        case .status: status.rawValue == filter.value
        case .sessionId: id == filter.value
        default: filter.value == "Standard"
        }
    }

    fileprivate var shown: SSM.Session {
        SSM.Session(
            sessionId: id, target: target, status: status, startDate: startedAt ?? createdAt, endDate: endedAt,
            owner: owner, details: reason.isEmpty ? nil : reason, accessType: .standard)
    }
}
