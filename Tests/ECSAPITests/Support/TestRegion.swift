import ACMAPI
import APIPipeline
import AWSModels
import AWSWire
import EC2API
import ECSAPI
import ELBAPI
import Foundation
import LogStore
import LogsAPI
import SSMAPI
import STSAPI
import SecretsManagerAPI
import State
import Synchronization

/// A region in memory with a clock that stands still: requests go in and come out as a client sees them, through the
/// pipeline that serves clients.
final class TestRegion: Sendable {
    static let start = Timestamp(milliseconds: 1_767_225_600_000)  // 2026-01-01T00:00:00Z

    private let lane: Lane
    private let pipeline: Pipeline
    private let clock = Mutex(TestRegion.start)
    /// Where log events are kept, once there are some.
    private let logs = NSTemporaryDirectory() + "/logs-" + UUID().uuidString

    /// - Parameter seed: where ids come from; the same seed and requests give the same answers.
    init(seed: UInt64 = 1) {
        let realm = Realm(account: "000000000000", region: "us-east-1")
        var table = OperationTable()
        ECSOperations.registerAll(&table)
        STSOperations.registerAll(&table)
        ELBOperations.registerAll(&table)
        EC2Operations.registerAll(&table)
        ACMOperations.registerAll(&table)
        LogsOperations.registerAll(&table)
        SSMOperations.registerAll(&table)
        SecretsManagerOperations.registerAll(&table)
        lane = Lane(
            snapshot: Snapshot(realm: realm), store: MemoryStore(), random: SeededRandom(seed: seed),
            observer: SilentObserver())
        var services = Services()
        services.add(LogStore(directory: logs))
        let secrets = Mutex(SeededRandom(seed: seed))
        services.add(SecretRandom { secrets.withLock { $0.next() } })
        services.add(
            ObjectSource { bucket, key, answer in
                let object = bucket == "trust" ? TestRegion.objects[key] : nil
                answer(object.map { .success(Array($0.utf8)) } ?? .failure(.notFound))
            })
        pipeline = Pipeline(
            table: table, authenticator: NoAuthentication(realm), access: BuiltInAccess(), lane: lane,
            metrics: RequestMetrics(), services: services)
    }

    deinit { try? FileManager.default.removeItem(atPath: logs) }

    /// The state.
    var snapshot: Snapshot { lane.durable }

    var now: Timestamp { clock.withLock { $0 } }

    /// Lets time pass.
    func wait(_ duration: Duration) {
        clock.withLock { $0 = $0.advanced(by: duration) }
    }

    /// Sends a request, and waits for its response. Only log events make it wait.
    func send(_ request: HTTPRequestMessage) -> HTTPResponseMessage {
        let answer = Mutex<HTTPResponseMessage?>(nil)
        let isThere = DispatchSemaphore(value: 0)
        pipeline.handle(
            request, at: now, requestID: "00000000-0000-4000-8000-000000000000", endpoint: "http://127.0.0.1:4566"
        ) { response in
            answer.withLock { $0 = response }
            isThere.signal()
        }
        isThere.wait()
        guard let response = answer.withLock({ $0 }) else { preconditionFailure("the response is there") }
        return response
    }

    /// Calls an operation of ECS.
    /// - Returns: the status and the body.
    func call(_ operation: String, _ body: String = "{}") -> Answer {
        let response = send(
            HTTPRequestMessage(
                method: "POST", rawPath: "/",
                headers: [
                    "X-Amz-Target": "\(ECS.api.targetPrefix ?? "").\(operation)",
                    "Content-Type": "application/x-amz-json-1.1",
                ],
                body: Array(body.utf8)))
        return Answer(status: response.status, text: String(decoding: response.body, as: UTF8.self))
    }

    /// Calls an operation of an API in the API's own protocol.
    /// - Parameter input: the input with the names it has on the wire.
    /// - Returns: the status and the body.
    func call(_ operation: OperationModel, _ input: JSONValue = .object([])) -> Answer {
        let api = operation.api
        var headers: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded; charset=utf-8"]
        var body = QueryEncoder.form(input, operation)
        if !api.protocol.isQuery {
            headers = [
                "X-Amz-Target": "\(api.targetPrefix ?? "").\(operation.name)",
                "Content-Type": "application/x-amz-json-1.1",
            ]
            body = String(decoding: input.encode(), as: UTF8.self)
        }
        let response = send(
            HTTPRequestMessage(method: "POST", rawPath: "/", headers: headers, body: Array(body.utf8)))
        return Answer(status: response.status, text: String(decoding: response.body, as: UTF8.self))
    }

    /// Registers a container instance in the default cluster, with the largest resources, as if its agent was there.
    func connectInstance() {
        let resources = #"{"name":"CPU","integerValue":2147483647},{"name":"MEMORY","integerValue":2147483647}"#
        let answer = call("RegisterContainerInstance", #"{"totalResources":[\#(resources)]}"#)
        precondition(answer.status == 200, answer.text)
        connectAgents()
    }

    /// Lets the agents of all container instances connect.
    func connectAgents() {
        change { tx in
            for var instance in tx.snapshot.list(ContainerInstanceRecord.self) {
                instance.agentConnected = true
                tx.put(instance)
            }
        }
    }

    /// Creates the default cluster, a definition `web` with a container `web` that has the port 80, and a service `s`.
    /// - Parameter members: what the service has beside a definition and a desired count of 1.
    func createService(_ members: String = "") {
        let container = #"{"name":"web","image":"i","memory":64,"portMappings":[{"containerPort":80}]}"#
        let more = members.isEmpty ? "" : ",\(members)"
        for (operation, body) in [
            ("CreateCluster", "{}"),
            ("RegisterTaskDefinition", #"{"family":"web","containerDefinitions":[\#(container)]}"#),
            ("CreateService", #"{"serviceName":"s","taskDefinition":"web","desiredCount":1\#(more)}"#),
        ] {
            let answer = call(operation, body)
            precondition(answer.status == 200, answer.text)
        }
    }

    /// Adds the target groups that tests of services name, and a listener that forwards to all of them but `idle`.
    func addTargetGroups() {
        let long = "0123456789abcdef"
        let names = [
            ("web", "1"), ("web", "12"), ("web", "2"), ("web", long), ("web", "1234567890abcdef"), ("g", long),
            ("green", "2"), ("ip", "1"), ("idle", "1"),
        ]
        change { tx in
            var listener = ListenerRecord()
            (listener.loadBalancer, listener.id, listener.port) = ("app/front/1", "2", 80)
            for (name, id) in names {
                var group = TargetGroupRecord()
                (group.name, group.id) = (name, id)
                if name == "ip" { group.targetType = .ip }
                tx.put(group)
                guard name != "idle" else { continue }
                listener.defaultActions.append(ELB.Action(type: .forward, targetGroupArn: group.arn(tx.realm)))
            }
            tx.put(listener)
        }
    }

    /// Changes the state without an operation.
    func change(_ body: @escaping @Sendable (inout Transaction) -> Void) {
        lane.submit(at: now) { (transaction, _) throws(WireError) in
            body(&transaction)
        } reply: { _ in
        }
    }
}

/// What a call answered.
struct Answer {
    let status: Int
    let text: String

    /// The error's code; nil for a success.
    var code: String? { json["__type"]?.stringValue ?? (status == 200 ? nil : texts(of: "Code").first) }
    var message: String { json["message"]?.stringValue ?? texts(of: "Message").first ?? "" }

    /// The texts of the elements of a name, in an answer in XML.
    func texts(of element: String) -> [String] {
        text.components(separatedBy: "<\(element)>").dropFirst().map { part in
            part.components(separatedBy: "</\(element)>")[0]
        }
    }

    /// The body.
    var json: JSONValue { (try? JSONValue.parse(text)) ?? .null }
}

private struct SilentObserver: LaneObserver {
    func applied(_ changes: [Change]) {}
    func durable(_ changes: [Change], _ snapshot: Snapshot) {}
    func reverted(_ changes: [Change], areDecidedAgain: Bool) {}
}
