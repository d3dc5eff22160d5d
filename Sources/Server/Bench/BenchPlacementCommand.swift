import AWSModels
import AWSWire
import ArgumentParser
import Scheduling
import State

/// `roost bench placement`: how many tasks a second the scheduler places, and how that grows with the cluster.
struct BenchPlacementCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "placement",
        abstract: "Placements per second by strategy, in clusters of 500, 5,000 and 50,000 instances.")

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(help: "How often each measurement is taken; the median counts.")
    var rounds = 3

    @Option(name: .customLong("instances"), parsing: .upToNextOption, help: "The sizes of the clusters.")
    var sizes = [500, 5_000, 50_000]

    @Option(help: "Running tasks for each instance, before the first placement.")
    var tasksPerInstance = 20

    @Option(help: "Placements of one measurement.")
    var placements = 2_000

    @Option(help: "Measure only this row.")
    var only: String?

    /// One way to place.
    private struct Row {
        var name: String
        var constraints: [ECS.PlacementConstraint] = []
        var strategies: [ECS.PlacementStrategy] = []
    }

    private static let rows = [
        Row(name: "spread"),
        Row(name: "binpack", strategies: [ECS.PlacementStrategy(type: .binpack, field: "MEMORY")]),
        Row(
            name: "memberOf",
            constraints: [
                ECS.PlacementConstraint(
                    type: .memberOf,
                    expression: "attribute:ecs.instance-type =~ m5.* and attribute:stack in [prod, spare]")
            ]),
        Row(name: "distinctInstance", constraints: [ECS.PlacementConstraint(type: .distinctInstance)]),
        Row(name: "random", strategies: [ECS.PlacementStrategy(type: .random)]),
    ]

    func run() throws {
        var results: [JSONValue] = []
        for size in sizes {
            let cluster = BenchCluster(instances: size, tasks: size * tasksPerInstance)
            for row in BenchPlacementCommand.rows where only ?? row.name == row.name {
                var rates: [Double] = []
                for _ in 0..<rounds { rates.append(try measure(row, in: cluster)) }
                let rate = rates.median.rounded()
                results.append([
                    "strategy": .string(row.name), "instances": .int(Int64(size)),
                    "tasks": .int(Int64(size * tasksPerInstance)), "placements_per_second": .int(Int64(rate)),
                ])
                if !json { print("\(row.name) \(size) instances \(size * tasksPerInstance) tasks: \(Int(rate))/s") }
            }
        }
        let object: JSONValue = ["placement": .array(results)]
        if json { print(String(decoding: object.encode(), as: UTF8.self)) }
    }

    /// Places the tasks of a new service one by one, ten to a decision, each decision on a state that others hold.
    private func measure(_ row: Row, in cluster: BenchCluster) throws -> Double {
        let count = min(placements, row.name == "distinctInstance" ? cluster.instances / 2 : placements)
        let request = TaskRequest(
            cluster: BenchCluster.name, definition: cluster.definition, group: "service:new",
            constraints: row.constraints, strategies: row.strategies)
        var snapshot = cluster.snapshot
        var context = cluster.context
        let clock = ContinuousClock()
        let start = clock.now
        for _ in 0..<count / 10 {
            var transaction = Transaction(snapshot)
            var placer = Placer(request)
            for _ in 0..<10 {
                guard case .placed(let instance) = placer.place(from: nil, in: transaction.snapshot, &context) else {
                    throw BenchError("The cluster is full: take fewer tasks or placements.")
                }
                transaction.put(makeTask(TaskBlueprint(request: request), on: instance, &context))
            }
            snapshot = transaction.snapshot
        }
        let seconds = (clock.now - start) / .seconds(1)
        return Double(count / 10 * 10) / seconds
    }
}
