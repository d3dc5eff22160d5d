import AWSModels
import AWSWire
import State
import Testing

@testable import Scheduling

/// Holds the search against the plain rule: whatever happens to a cluster, it finds an instance exactly when one passes
/// the checks, and none that passes is better to the strategies.
@Suite("The search for an instance") struct PlacementSearchTests {
    /// A cluster in which anything may happen.
    private struct World {
        var transaction = Transaction(Snapshot(realm: Realm(account: "000000000000", region: "us-east-1")))
        var context: DecisionContext
        private var made = 0
        /// Whether all instances are of one class, or of many.
        private let isUniform: Bool

        init(seed: UInt64, isUniform: Bool) {
            context = .sample(seed: seed)
            self.isUniform = isUniform
        }

        private mutating func number(_ range: Range<Int>) -> Int { Int.random(in: range, using: &context.random) }
        private mutating func pick<T>(_ values: [T]) -> T? { values.randomElement(using: &context.random) }

        mutating func addInstance() {
            made += 1
            guard !isUniform else { return transaction.put(ContainerInstanceRecord.sample("i\(made)", cpu: 2_048)) }
            var attributes = ["stack": number(0..<2) == 0 ? "prod" : "test"]
            if number(0..<3) == 0 { attributes["rack"] = "r\(number(0..<4))" }
            var instance = ContainerInstanceRecord.sample(
                "i\(made)", zone: "us-east-1\(pick(["a", "b", "c"]) ?? "a")", cpu: 1_024 * (1 + number(0..<3)),
                memory: 1_024 * (1 + number(0..<3)), ports: number(0..<5) == 0 ? [8_080] : [], attributes: attributes)
            if number(0..<4) == 0 { instance.capacityProviderName = "spare" }
            if number(0..<4) == 0 {
                let attribute = ECS.Attribute(name: "ecs.task-interfaces", value: "\(number(0..<4))")
                instance.attributes.append(attribute)
            }
            if number(0..<3) == 0 { instance.gpuIDs = (0...number(0..<4)).map { "gpu\($0)" } }
            transaction.put(instance)
        }

        /// Something that happens to an instance or a task.
        mutating func disturb() {
            let instances = transaction.snapshot.list(ContainerInstanceRecord.self)
            let tasks = transaction.snapshot.list(TaskRecord.self)
            guard var instance = pick(instances) else { return addInstance() }
            switch number(0..<9) {
            case 0: addInstance()
            case 1: instance.agentConnected.toggle()
            case 2: instance.status = instance.status == .active ? .draining : .active
            case 3: instance.customAttributes = [ECS.Attribute(name: "stack", value: "new")]
            case 4:
                instance.memoryMiB = 512 * (1 + number(0..<6))
                if !instance.gpuIDs.isEmpty { instance.gpuIDs = ["gpu\(number(0..<9))"] }
            case 5: return transaction.delete(instance.key)
            case 6, 7:
                guard let task = pick(tasks) else { return }
                return stop(task)
            default:
                guard let task = pick(tasks) else { return }
                return transaction.delete(task.key)
            }
            transaction.put(instance)
        }

        private mutating func stop(_ task: TaskRecord) {
            var task = task
            task.desiredStatus = .stopped
            if number(0..<2) == 0 { task.lastStatus = .stopped }
            transaction.put(task)
        }

        /// A request with any of the strategies and constraints that there are.
        mutating func request() -> TaskRequest {
            let definition = TaskDefinitionRecord.sample(
                memory: 64 * (1 + number(0..<8)), cpu: 64 * number(0..<8), hostPort: number(0..<6) == 0 ? 8_080 : nil,
                gpus: max(0, number(-4..<3)), network: number(0..<3) == 0 ? .awsvpc : nil)
            var request = TaskRequest(
                cluster: "default", definition: definition, group: "service:s\(number(0..<4))",
                constraints: pick(PlacementSearchTests.constraints) ?? [],
                strategies: pick(PlacementSearchTests.strategies) ?? [])
            if number(0..<6) == 0 { request.capacityProvider = "spare" }
            let realm = transaction.realm
            let zones = ["us-east-1a", "us-east-1c", "us-east-1d"].filter { _ in number(0..<2) == 0 }
            let subnets = zones.map { SubnetZones.defaultSubnet(in: $0, of: realm) }
            request.use(
                ECS.NetworkConfiguration(awsvpcConfiguration: ECS.AwsVpcConfiguration(subnets: subnets)), in: realm)
            if number(0..<6) == 0 { request.zone = pick(["us-east-1a", "us-east-1b", "us-east-1d"]) }
            return request
        }
    }

    private static let constraints: [[ECS.PlacementConstraint]] = [
        [], [], [ECS.PlacementConstraint(type: .distinctInstance)],
        [memberOf("attribute:stack == prod")],
        [memberOf("attribute:rack exists and not(attribute:rack == r1)")],
        [memberOf("attribute:stack == new or runningTasksCount < 3")],
        [memberOf("not(task:group == service:s1)"), ECS.PlacementConstraint(type: .distinctInstance)],
    ]

    private static func memberOf(_ expression: String) -> ECS.PlacementConstraint {
        ECS.PlacementConstraint(type: .memberOf, expression: expression)
    }

    private static let zones = ECS.PlacementStrategy(type: .spread, field: "attribute:ecs.availability-zone")
    private static let racks = ECS.PlacementStrategy(type: .spread, field: "attribute:rack")
    private static let hosts = ECS.PlacementStrategy(type: .spread, field: "instanceId")
    private static let memory = ECS.PlacementStrategy(type: .binpack, field: "MEMORY")
    private static let cpu = ECS.PlacementStrategy(type: .binpack, field: "cpu")
    private static let anywhere = ECS.PlacementStrategy(type: .random)

    private static let strategies: [[ECS.PlacementStrategy]] = [
        [], [zones], [hosts], [memory], [cpu], [anywhere], [zones, memory], [zones, hosts], [racks, zones, cpu],
        [zones, anywhere], [memory, zones], [hosts, cpu], [memory, cpu],
    ]

    @Test("finds what the plain rule finds, whatever happens to the cluster", arguments: UInt64(1)...6)
    func agrees(seed: UInt64) {
        var world = World(seed: seed, isUniform: seed.isMultiple(of: 2))
        for _ in 0..<80 { world.addInstance() }
        for step in 0..<500 {
            // First the cluster fills.
            if step > 200 { world.disturb() }
            let request = world.request()
            let snapshot = world.transaction.snapshot
            let passed = sift(PlacementChecks(request), in: snapshot).passed
            var placer = Placer(request)
            #expect(placer.hasPlace(from: request.capacityProvider, in: snapshot) == !passed.isEmpty)
            switch place(request, in: snapshot, &world.context) {
            case .failed: #expect(passed.isEmpty, "\(request.strategies) \(request.constraints)")
            case .placed(let instance):
                let (passes, isBest) = (
                    passed.contains { $0.id == instance.id }, isBest(instance, of: passed, for: request, in: snapshot)
                )
                #expect(passes && isBest, "\(request.strategies) \(request.constraints)")
                let task = world.transaction.start(TaskBlueprint(request: request), on: instance, &world.context)
                #expect(task.containers.flatMap(\.gpuIDs).count == request.need.gpus)
            }
        }
    }

    /// Whether no other instance is better to the strategies. What comes after `random` is free.
    private func isBest(
        _ instance: ContainerInstanceRecord, of passed: [ContainerInstanceRecord], for request: TaskRequest,
        in snapshot: Snapshot
    ) -> Bool {
        let groups = GroupCounts(request.group, in: "default", snapshot)
        var left = passed
        for strategy in request.strategies.isEmpty ? StrategyOrder.standard : request.strategies {
            let field = strategy.field ?? ""
            let counts = groups.counts { spreadValue(of: $0, field) }
            let worth = left.map { candidate in
                let usage = snapshot.usage(of: candidate.key)
                guard strategy.type == .binpack else { return counts[spreadValue(of: candidate, field)] ?? 0 }
                return field == "cpu" ? candidate.cpuUnits - usage.cpuUnits : candidate.memoryMiB - usage.memoryMiB
            }
            if strategy.type == .random { return true }
            left = zip(left, worth).filter { $0.1 == worth.min() }.map(\.0)
            guard left.contains(where: { $0.id == instance.id }) else { return false }
        }
        return true
    }

    @Test("`random` takes every instance sooner or later")
    func random() {
        var world = PlacementWorld((1...70).map { .sample("i\($0)", zone: "us-east-1\($0 % 2 == 0 ? "a" : "b")") })
        let snapshot = world.transaction.snapshot
        let request = TaskRequest(
            cluster: "default", definition: TaskDefinitionRecord.sample(), group: "family:web",
            strategies: [PlacementSearchTests.anywhere])
        var found: Set<String> = []
        for _ in 0..<1_500 {
            if case .placed(let instance) = Scheduling.place(request, in: snapshot, &world.context) {
                found.insert(instance.id)
            }
        }
        #expect(found.count == 70)
    }

    @Test(
        "strategies that a search knows",
        arguments: [
            ([], ["ecs.availability-zone"], StrategyOrder.Rule.fewestOfGroup), ([hosts], [], .fewestOfGroup),
            ([zones, racks], ["ecs.availability-zone", "rack"], .fewestOfGroup),
            ([zones, memory], ["ecs.availability-zone"], .leastLeft(.memoryMiB)), ([cpu], [], .leastLeft(.cpu)),
            ([anywhere], [], .random),
        ] as [([ECS.PlacementStrategy], [String], StrategyOrder.Rule)])
    func orders(_ strategies: [ECS.PlacementStrategy], _ attributes: [String], _ rule: StrategyOrder.Rule) throws {
        let order = try #require(StrategyOrder(strategies))
        #expect(order.attributes == attributes && order.rule == rule)
    }

    @Test("strategies that are applied one by one", arguments: [[memory, zones], [hosts, cpu], [anywhere, hosts]])
    func othersOrders(_ strategies: [ECS.PlacementStrategy]) {
        #expect(StrategyOrder(strategies) == nil)
    }
}
