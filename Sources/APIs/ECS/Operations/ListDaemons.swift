import APIPipeline
import AWSModels
import AWSWire
import State

/// Lists the daemons of a cluster by name, those that are being deleted as well.
/// Source: Amazon ECS API Reference, ListDaemons.
struct ListDaemons: ReadOperation {
    static let model = ECS.Operations.listDaemons

    func access(
        _ input: ECS.ListDaemonsRequest, _ call: Call, _ tx: Transaction
    ) throws(WireError) -> [AccessRequest] {
        [AccessRequest("ecs:ListDaemons", "*")]
    }

    func read(
        _ input: ECS.ListDaemonsRequest, _ call: Call, _ snapshot: Snapshot
    ) throws(WireError) -> ECS.ListDaemonsResponse {
        let cluster = try ClusterReference.active(input.clusterArn, in: snapshot).name
        let paging = try Paging(token: input.nextToken, maxResults: input.maxResults)
        var providers: Set<String> = []
        for text in input.capacityProviderArns ?? [] {
            providers.insert(try CapacityProviderReference.name(text, snapshot.realm))
        }
        let table = snapshot.table(DaemonRecord.self)
        let (summaries, token) = paging.page { after, body in
            table.forEach(prefix: "\(cluster)/", after: after) { daemon in
                guard providers.isEmpty || !daemon.providers(in: snapshot).isDisjoint(with: providers) else {
                    return true
                }
                return body(daemon.key.path, ECS.DaemonSummary(daemon, snapshot.realm))
            }
        }
        return ECS.ListDaemonsResponse(daemonSummariesList: summaries, nextToken: token)
    }
}
