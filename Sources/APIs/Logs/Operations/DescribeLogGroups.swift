import APIPipeline
import AWSModels
import AWSWire
import LogStore
import State

/// The groups of the account, in order of their names.
/// Source: CloudWatch Logs API Reference, DescribeLogGroups.
struct DescribeLogGroups: DeferredOperation {
    static let model = Logs.Operations.describeLogGroups

    func access(
        _ input: Logs.DescribeLogGroupsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        permission("*", tx.realm)
    }

    func begin(
        _ input: Logs.DescribeLogGroupsRequest, _ call: Call, _ snapshot: Snapshot, at now: Timestamp,
        answer: @escaping @Sendable (Result<Logs.DescribeLogGroupsResponse, WireError>) -> Void
    ) throws(WireError) {
        let store = try call.services.get(LogStore.self)
        guard input.logGroupNamePrefix == nil || input.logGroupNamePattern == nil else {
            throw .invalidParameter("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        }
        let paging = try Paging.logs(input.nextToken, input.limit)
        let wanted = input.logGroupIdentifiers.map { Set($0.map { GroupReference.name($0, snapshot.realm) }) }
        let pattern = input.logGroupNamePattern?.lowercased() ?? ""
        let page = paging.page { after, body in
            snapshot.table(LogGroupRecord.self).forEach(
                startingWith: input.logGroupNamePrefix ?? "", after: after
            ) { (group: LogGroupRecord) -> Bool in
                guard wanted?.contains(group.name) ?? true,
                    input.logGroupClass == nil || input.logGroupClass == group.logClass,
                    pattern.isEmpty || group.name.lowercased().contains(pattern)
                else { return true }
                return body(group.name, group)
            }
        }
        let realm = snapshot.realm
        store.sizes(of: page.items.map(\.id)) { sizes in
            let groups = page.items.map { $0.shown(realm, bytes: sizes[$0.id] ?? 0) }
            answer(.success(Logs.DescribeLogGroupsResponse(logGroups: groups, nextToken: page.nextToken)))
        }
    }
}

extension LogGroupRecord {
    fileprivate func shown(_ realm: Realm, bytes: Int) -> Logs.LogGroup {
        Logs.LogGroup(
            logGroupName: name, creationTime: Int(createdAt.milliseconds), retentionInDays: retentionDays,
            metricFilterCount: 0, arn: arn(realm) + ":*", storedBytes: bytes, logGroupClass: logClass,
            logGroupArn: arn(realm), deletionProtectionEnabled: false)
    }
}

extension Paging {
    /// Reads the members of a request to CloudWatch Logs. The model has checked the limit.
    static func logs(_ token: String?, _ limit: Int?) throws(WireError) -> Paging {
        do throws(WireError) {
            return try Paging(token: token, maxResults: limit, defaultLimit: 50, maximum: 50)
        } catch { throw .invalidParameter("The specified nextToken is invalid.") }
    }
}
