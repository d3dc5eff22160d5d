import AWSModels
import State
import Testing

@testable import Scheduling

/// How a strategy shares tasks out, and from where they go.
@Suite("Capacity shares") struct CapacitySharesTests {
    struct Row: Sendable, CustomTestStringConvertible {
        /// `name:base:weight`.
        var strategy: [String]
        var counts: [String: Int] = [:]
        var tasks: Int
        var gives: [String: Int]

        var testDescription: String { "\(strategy) + \(tasks)" }
    }

    private static func items(_ texts: [String]) -> [ECS.CapacityProviderStrategyItem] {
        texts.map { text in
            let parts = text.split(separator: ":")
            return ECS.CapacityProviderStrategyItem(
                capacityProvider: String(parts[0]), weight: Int(parts[2]), base: Int(parts[1]))
        }
    }

    @Test(
        "tasks are shared out by base, then by weight",
        arguments: [
            Row(strategy: ["a:0:1"], tasks: 3, gives: ["a": 3]),
            Row(strategy: ["a:0:1", "b:0:1"], tasks: 5, gives: ["a": 3, "b": 2]),
            Row(strategy: ["a:0:1", "b:0:4"], tasks: 10, gives: ["a": 2, "b": 8]),
            // Source: Amazon ECS Developer Guide: the base is satisfied first, and the rest is shared by weight.
            Row(strategy: ["a:2:1", "b:0:4"], tasks: 12, gives: ["a": 4, "b": 8]),
            Row(strategy: ["a:0:1", "b:2:0"], tasks: 5, gives: ["a": 3, "b": 2]),
            Row(strategy: ["a:0:1", "b:0:0"], tasks: 5, gives: ["a": 5]),
            Row(strategy: ["a:0:1", "b:0:1"], counts: ["a": 4], tasks: 3, gives: ["b": 3]),
            Row(strategy: ["a:3:1", "b:0:1"], counts: ["b": 4], tasks: 3, gives: ["a": 3]),
            Row(strategy: ["a:0:1"], counts: ["gone": 4], tasks: 1, gives: ["a": 1]),
            Row(strategy: [], tasks: 2, gives: [:]),
        ])
    func shares(row: Row) {
        var shares = CapacityShares(CapacitySharesTests.items(row.strategy), counts: row.counts)
        var given: [String: Int] = [:]
        for _ in 0..<row.tasks {
            guard let next = shares.next else { break }
            given[next, default: 0] += 1
            shares.add(next)
        }
        #expect(given == row.gives)
    }

    @Test("tasks go from the provider that is farthest above its share; a base goes last")
    func shrinks() {
        func order(_ strategy: [String], _ counts: [String: Int]) -> [String] {
            CapacityShares(CapacitySharesTests.items(strategy), counts: counts).shrinkOrder
        }
        #expect(order(["a:0:1", "b:0:4"], ["a": 3, "b": 8]) == ["a", "b"])
        #expect(order(["a:0:1", "b:0:4"], ["a": 2, "b": 9]) == ["b", "a"])
        #expect(order(["a:0:1", "b:0:4"], ["a": 2, "b": 8]) == ["b", "a"])
        #expect(order(["a:5:1", "b:0:1"], ["a": 5, "b": 1]) == ["b", "a"])
        #expect(order(["a:0:1"], ["a": 9, "gone": 1]) == ["gone", "a"])
        #expect(order(["a:0:1", "b:2:0"], ["a": 1, "b": 3]) == ["b", "a"])
    }

    @Test("scaling in keeps the shares, and prefers tasks that do not run")
    func scalesIn() {
        func task(_ id: String, _ provider: String, _ status: TaskStatus = .running) -> TaskView {
            TaskView(id: id, deployment: "d", lastStatus: status, capacityProvider: provider)
        }
        let strategy = CapacitySharesTests.items(["a:1:1", "b:0:1"])
        let running = [task("1", "a"), task("2", "a"), task("3", "b"), task("4", "b"), task("5", "b")]
        #expect(chooseVictims(4, among: running, strategy, [], noon).map(\.id) == ["3", "4", "5", "1"])
        let pending = running + [task("6", "a", .pending)]
        #expect(chooseVictims(1, among: pending, strategy, [], noon).map(\.id) == ["6"])
    }

    @Test("only instances of the provider are looked at")
    func places() {
        var world = PlacementWorld([.sample("a"), .sample("b"), .sample("c", memory: 128)])
        for id in ["b", "c"] {
            world.transaction.update(ContainerInstanceRecord.key("default", id)) { $0.capacityProviderName = "spot" }
        }
        func place(_ provider: String?) -> [String] {
            let definition = TaskDefinitionRecord.sample()
            var request = TaskRequest(cluster: "default", definition: definition, group: "family:web")
            request.capacityProvider = provider
            switch Scheduling.place(request, in: world.transaction.snapshot, &world.context) {
            case .placed(let instance): return [instance.id]
            case .failed(let refused): return refused.map { "\($0.instance.path) \($0.failure.reason)" }
            }
        }
        #expect(place("spot") == ["b"])
        #expect(place("other") == [])
        #expect(place(nil) == ["a"])
        world.transaction.update(ContainerInstanceRecord.key("default", "b")) { $0.status = .draining }
        #expect(place("spot") == ["default/c RESOURCE:MEMORY"])
    }
}
