import AWSModels
import AWSWire
import Control
import NIOCore
import NIOPosix
import State
import Synchronization

/// Thousands of instances inside the region's process: each takes its orders where sessions do, starts what it is told
/// to at once, and reports each task by the API, without a socket between.
final class BenchInstances: Sendable {
    private let region: Region
    /// Where reports are made: never where the region waits for them.
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    private init(_ region: Region) { self.region = region }

    /// Registers and connects `count` instances.
    static func join(_ count: Int, _ region: Region) async throws -> BenchInstances {
        let instances = BenchInstances(region)
        try await region.lane.perform { transaction in
            for number in 0..<count {
                transaction.put(BenchCluster.instance(number))
                _ = transaction.connect(
                    BenchCluster.instance(number).key, session: "bench",
                    AgentVersions(version: nil, hash: nil, docker: nil), at: WallClock.now)
            }
        }
        for number in 0..<count {
            region.hub.attach(BenchInstance(instances), to: BenchCluster.instance(number).key)
        }
        return instances
    }

    /// Reports a task RUNNING.
    fileprivate func start(_ task: TaskRecord) {
        group.next().execute { [region] in
            let report: JSONValue = [
                "cluster": .string(task.cluster), "task": .string(task.arn(region.settings.realm)),
                "status": "RUNNING",
                "containers": .array(
                    task.containers.map { ["containerName": .string($0.name), "status": "RUNNING"] }),
            ]
            region.handle("SubmitTaskStateChange", report)
        }
    }

    func stop() async throws { try await group.shutdownGracefully() }
}

/// One of them, as the hub sees it.
private final class BenchInstance: AssignmentListener {
    private let instances: BenchInstances
    private let started = Mutex<Set<Key<TaskRecord>>>([])

    init(_ instances: BenchInstances) { self.instances = instances }

    func changed(_ tasks: [Key<TaskRecord>], _ snapshot: Snapshot) {
        for key in tasks {
            guard let task = snapshot.get(key), task.lastStatus == .pending, task.desiredStatus == .running,
                started.withLock({ $0.insert(key).inserted })
            else { continue }
            instances.start(task)
        }
    }

    func superseded() {}
}

extension Region {
    /// Lets the region answer a request of the ECS API as if it had come over the listener.
    fileprivate func handle(_ operation: String, _ input: JSONValue) {
        handler.handle(Region.request(operation, input)) { answer in
            precondition(answer.status == 200, "\(operation): \(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    /// Calls an operation and waits for its answer.
    func call(_ operation: String, _ input: JSONValue) async throws {
        let answer = await withCheckedContinuation { continuation in
            handler.handle(Region.request(operation, input)) { continuation.resume(returning: $0) }
        }
        guard answer.status == 200 else {
            throw BenchError("\(operation): \(String(decoding: answer.body, as: UTF8.self))")
        }
    }

    private static func request(_ operation: String, _ input: JSONValue) -> HTTPRequestMessage {
        HTTPRequestMessage(
            method: "POST", rawPath: "/",
            headers: [
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.\(operation)",
            ], body: input.encode())
    }
}

extension Lane {
    /// Changes the state, and waits until the change is durable.
    fileprivate func perform(_ body: @escaping @Sendable (inout Transaction) -> Void) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            submit(at: WallClock.now) { (transaction, _) throws(WireError) in
                body(&transaction)
            } reply: {
                continuation.resume(with: $0.mapError { $0 as any Error })
            }
        }
    }
}
