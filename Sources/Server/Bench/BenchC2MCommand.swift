import AWSModels
import AWSWire
import ArgumentParser
import Foundation
import NIOPosix
import State

/// `roost bench c2m`: two million tasks on 6,100 simulated instances, placed and RUNNING, in this one process. Named
/// after HashiCorp's two million container challenge, whose size it has.
struct BenchC2MCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "c2m", abstract: "Two million tasks on 6,100 simulated instances, in one process.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "The tasks to start, 5,000 to a service.")
    var tasks = 2_000_000

    @Option(help: "The instances, in three zones.")
    var instances = 6_100

    @Option(help: "Seconds between two points of the curve.")
    var interval = 5.0

    private static let tasksPerService = 5_000

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "roost-c2m-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = RegionSettings(
            realm: Realm(account: "000000000000", region: "us-east-1"), dataDirectory: folder.path,
            host: "127.0.0.1", port: 0, isAuthenticating: false, allowsReset: false, isThrottling: false,
            credential: BenchECS.credential)
        let region = try await Region.start(settings, on: MultiThreadedEventLoopGroup.singleton, Log.logger("bench"))
        let hosts = try await BenchInstances.join(instances, region)
        try await region.call(
            "RegisterTaskDefinition",
            ["family": "c2m", "containerDefinitions": [["name": "app", "image": "busybox", "cpu": 32, "memory": 64]]])
        let clock = ContinuousClock()
        let start = clock.now
        let create = Task { try await createServices(region) }
        let curve = try await watch(region) { (clock.now - start) / .seconds(1) }
        try await create.value
        show(curve)
        await region.stop()
        try await hosts.stop()
    }

    /// All at once, as many clients would.
    private func createServices(_ region: Region) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, first) in stride(from: 0, to: tasks, by: Self.tasksPerService).enumerated() {
                let count = min(Self.tasksPerService, tasks - first)
                let service: JSONValue = [
                    "serviceName": .string("s\(index)"), "taskDefinition": "c2m", "desiredCount": .int(Int64(count)),
                ]
                group.addTask { try await region.call("CreateService", service) }
            }
            try await group.waitForAll()
        }
    }

    /// A moment of the run.
    private struct Point {
        var seconds: Double
        var running: Int
        var residentMiB: Double
    }

    private func watch(_ region: Region, _ seconds: () -> Double) async throws -> [Point] {
        var curve: [Point] = []
        repeat {
            let next = Double(curve.count + 1) * interval
            while region.running < tasks, seconds() < next { try await Task.sleep(for: .milliseconds(10)) }
            let point = Point(
                seconds: seconds(), running: region.running, residentMiB: try BenchProcess.residentMiB(of: "self"))
            curve.append(point)
            if !json {
                print("\(Int(point.seconds)) s: \(point.running) running, \(Int(point.residentMiB)) MiB")
                fflush(nil)
            }
        } while curve.last?.running ?? 0 < tasks
        return curve
    }

    private func show(_ curve: [Point]) {
        guard let end = curve.last else { return }
        let object: JSONValue = [
            "tasks": .int(Int64(tasks)), "instances": .int(Int64(instances)), "seconds": .double(end.seconds),
            "tasks_per_second": .double(Double(tasks) / end.seconds), "rss_mib": .double(end.residentMiB),
            "curve": .array(
                curve.map { point in
                    [
                        "seconds": .double(point.seconds), "running": .int(Int64(point.running)),
                        "rss_mib": .double(point.residentMiB),
                    ]
                }),
        ]
        guard json else {
            return print("\(tasks) tasks RUNNING on \(instances) instances after \(end.seconds) seconds")
        }
        print(String(decoding: object.encode(), as: UTF8.self))
    }
}

extension Region {
    /// The durable number of RUNNING tasks.
    fileprivate var running: Int {
        lane.durable.tally(of: BenchCluster.name).tasks(.running)
    }
}
