import AWSModels
import State
import Testing

@testable import Scheduling

/// Where tasks with a network interface of their own may be.
/// Source: Amazon ECS Developer Guide, How Amazon ECS places tasks on container instances.
@Suite("Placing tasks of network mode awsvpc") struct NetworkPlacementTests {
    private let realm = Realm(account: "000000000000", region: "us-east-1")

    private func network(_ subnets: [String]) -> ECS.NetworkConfiguration {
        ECS.NetworkConfiguration(awsvpcConfiguration: ECS.AwsVpcConfiguration(subnets: subnets))
    }

    private func place(
        _ world: inout PlacementWorld, _ subnets: [String], mode: ECS.NetworkMode? = .awsvpc
    ) -> String {
        var request = TaskRequest(
            cluster: "default", definition: TaskDefinitionRecord.sample(memory: 1, network: mode), group: "g")
        request.use(network(subnets), in: realm)
        switch Scheduling.place(request, in: world.transaction.snapshot, &world.context) {
        case .placed(let instance):
            _ = world.transaction.start(TaskBlueprint(request: request), on: instance, &world.context)
            return instance.id
        case .failed(let refused): return refused.map(\.failure.reason).joined(separator: " ")
        }
    }

    /// Source of the numbers: Amazon EC2 User Guide, Elastic network interfaces.
    @Test(
        "a host says how many such tasks it takes, or its type does",
        arguments: [
            (nil, nil, 120), (nil, "roost.local", 120), (nil, "m5.large", 2), (nil, "t3.micro", 1),
            (nil, "m5.xlarge", 3), (nil, "m5.4xlarge", 7), (nil, "c5.metal", 14), (nil, "large", 2),
            ("5", "m5.large", 5), ("0", nil, 0), ("-1", "m5.large", 2), ("many", nil, 120),
            ("99999999999", nil, 32_767),
        ] as [(String?, String?, Int)])
    func interfaces(said: String?, type: String?, count: Int) {
        var attributes = said.map { ["ecs.task-interfaces": $0] } ?? [:]
        attributes["ecs.instance-type"] = type
        #expect(ContainerInstanceRecord.sample("a", attributes: attributes).taskInterfaces == count)
    }

    @Test("each task takes one interface until it is STOPPED; other tasks take none")
    func takes() throws {
        var world = PlacementWorld([.sample("a", attributes: ["ecs.instance-type": "m5.large"])])
        #expect(place(&world, []) == "a")
        #expect(place(&world, []) == "a")
        #expect(place(&world, []) == "RESOURCE:ENI")
        #expect(place(&world, [], mode: .bridge) == "a")
        let task = try #require(world.transaction.snapshot.list(TaskRecord.self).first { $0.interfaceCount == 1 })
        world.transaction.update(task.key) { $0.lastStatus = .stopped }
        #expect(place(&world, []) == "a")
        #expect(place(&world, []) == "RESOURCE:ENI")
    }

    @Test("a task is where one of its subnets is; a subnet that nobody knows may be anywhere")
    func subnets() {
        let ids = ["a", "b", "c"].map { SubnetZones.defaultSubnet(in: "us-east-1\($0)", of: realm) }
        var world = PlacementWorld([.sample("a1", zone: "us-east-1a"), .sample("b1", zone: "us-east-1b")])
        for _ in 0..<3 { #expect(place(&world, [ids[1]]) == "b1") }
        #expect(place(&world, [ids[1], ids[0]]) == "a1")
        #expect(place(&world, [ids[2]]) == "LOCATION LOCATION")
        #expect(place(&world, [ids[2]], mode: .bridge) == "a1")
        #expect(place(&world, ["subnet-12345678"]) == "a1")
        #expect(SubnetZones.zones(of: network([ids[1], "subnet-12345678"]), in: realm) == nil)
        let instance = world.transaction.snapshot.list(ContainerInstanceRecord.self)[0]
        var request = TaskRequest(
            cluster: "default", definition: TaskDefinitionRecord.sample(network: .awsvpc), group: "g")
        request.use(network([ids[1]]), in: realm)
        // StartTask chooses no instance, but the interface must be in a subnet of its zone.
        #expect(refusal(of: instance, for: request, in: world.transaction.snapshot) == .location)
    }

    @Test("the subnets of the default VPC are the same for ever, and another region has others")
    func defaults() {
        let id = SubnetZones.defaultSubnet(in: "us-east-1a", of: realm)
        #expect(id.wholeMatch(of: /subnet-[0-9a-f]{17}/) != nil)
        #expect(SubnetZones.zone(of: id, in: realm) == "us-east-1a")
        #expect(SubnetZones.zone(of: id, in: Realm(account: "000000000000", region: "eu-west-1")) == nil)
        let ids = ["a", "b", "c", "z"].map { SubnetZones.defaultSubnet(in: "us-east-1\($0)", of: realm) }
        #expect(Set(ids).count == 4)
        #expect(SubnetZones.zones(of: network(ids), in: realm)?.last == "us-east-1z")
        #expect(SubnetZones.zones(of: nil, in: realm) == nil)
    }
}
