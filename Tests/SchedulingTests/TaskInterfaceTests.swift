import AWSModels
import AWSWire
import State
import Testing

@testable import Scheduling

/// The network interfaces of tasks of network mode awsvpc.
/// Source: Amazon ECS Developer Guide, Task networking with the awsvpc network mode.
@Suite("Network interfaces of tasks") struct TaskInterfaceTests {
    private let realm = Realm(account: "000000000000", region: "us-east-1")
    private var world = PlacementWorld([
        .sample("a", zone: "us-east-1b", attributes: ["ecs.task-interfaces": "5000"])
    ])

    private mutating func start(subnets: [String] = ["subnet-1"], groups: [String]? = nil) throws -> TaskRecord {
        var definition = TaskDefinitionRecord.sample(memory: 0, network: .awsvpc)
        definition.definition.containerDefinitions?[0].portMappings = [
            ECS.PortMapping(containerPort: 80, hostPort: 80)
        ]
        let instance = try #require(world.transaction.get(ContainerInstanceRecord.key("default", "a")))
        var blueprint = TaskBlueprint(
            request: TaskRequest(cluster: "default", definition: definition, group: "g"))
        blueprint.networkConfiguration = ECS.NetworkConfiguration(
            awsvpcConfiguration: ECS.AwsVpcConfiguration(subnets: subnets, securityGroups: groups))
        return world.transaction.start(blueprint, on: instance, &world.context)
    }

    @Test("a task is PROVISIONING with an address of its zone's subnet, and takes no port of its instance")
    mutating func made() throws {
        let subnets = ["a", "b"].map { SubnetZones.defaultSubnet(in: "us-east-1\($0)", of: realm) }
        let task = try start(subnets: subnets)
        let interface = try #require(task.interface)
        #expect(task.lastStatus == .provisioning && task.hostPorts.isEmpty)
        #expect(interface.subnetID == subnets[1])
        #expect(interface.id.wholeMatch(of: /eni-0[0-9a-f]{16}/) != nil)
        #expect(interface.macAddress.wholeMatch(of: /02(:[0-9a-f]{2}){5}/) != nil)
        let address = try #require(IPv4Address(interface.address))
        #expect(DefaultNetwork(realm).zone(of: address) == "us-east-1b")
        let record = try #require(world.transaction.get(NetworkInterfaceRecord.key(interface.address)))
        #expect(record.task == task.key.path && record.id == interface.id)
        #expect(record.securityGroups == [DefaultNetwork(realm).securityGroupID])
        let other = try start(groups: ["sg-1", "sg-2"])
        #expect(
            world.transaction.get(NetworkInterfaceRecord.key(other.interface?.address ?? ""))?.securityGroups.count == 2
        )
        #expect(other.interface?.subnetID == "subnet-1")
    }

    @Test("every address is given once, none of the reserved ones, and when all are taken a task cannot start")
    mutating func runsOut() throws {
        var addresses: Set<String> = []
        for _ in 0..<4_091 { addresses.insert(try #require(try start().interface?.address)) }
        #expect(addresses.count == 4_091)
        for reserved in ["172.31.16.0", "172.31.16.3", "172.31.31.255"] { #expect(!addresses.contains(reserved)) }
        #expect(addresses.contains("172.31.16.4") && addresses.contains("172.31.31.254"))
        let late = try start()
        #expect(late.lastStatus == .stopped && late.stopCode == .taskFailedToStart && late.interface == nil)
        #expect(late.stoppedReason?.hasSuffix("'subnet-1': InsufficientFreeAddressesInSubnet") == true)
        // What one gives back, the next one gets.
        var first = try #require(world.transaction.get(Key<TaskRecord>(path: owner("172.31.20.0"))))
        first.advance(to: .deprovisioning, at: noon)
        world.transaction.put(first)
        InterfaceRelease.release(NetworkInterfaceRecord.key("172.31.20.0"), &world.transaction, at: noon)
        #expect(try start().interface?.address == "172.31.20.0")
    }

    private func owner(_ address: String) -> String {
        world.transaction.get(NetworkInterfaceRecord.key(address))?.task ?? ""
    }

    @Test("an interface goes when its task has ended, not before, and never with another task's")
    mutating func released() throws {
        let task = try start()
        let key = NetworkInterfaceRecord.key(try #require(task.interface?.address))
        for status in [TaskStatus.provisioning, .pending, .running, .stopping] {
            world.transaction.update(task.key) { $0.advance(to: status, at: noon) }
            InterfaceRelease.release(key, &world.transaction, at: noon)
            #expect(world.transaction.get(key) != nil)
        }
        world.transaction.update(task.key) { $0.advance(to: .deprovisioning, at: noon) }
        InterfaceRelease.release(key, &world.transaction, at: noon)
        #expect(world.transaction.get(key) == nil)
        let ended = try #require(world.transaction.get(task.key))
        #expect(ended.lastStatus == .stopped && ended.stoppedAt == noon && ended.interface == task.interface)
        InterfaceRelease.release(key, &world.transaction, at: noon)
        #expect(world.transaction.get(task.key) == ended)
    }

    @Test("a task that waited gets one with its instance")
    mutating func waits() throws {
        let definition = TaskDefinitionRecord.sample(memory: 0, network: .awsvpc)
        world.transaction.put(definition)
        let request = TaskRequest(cluster: "default", definition: definition, group: "g")
        let waiting = world.transaction.start(TaskBlueprint(request: request), on: nil, &world.context)
        #expect(waiting.interface == nil && waiting.awaitsCapacity)
        let instance = try #require(world.transaction.get(ContainerInstanceRecord.key("default", "a")))
        world.transaction.start(waiting, on: instance, &world.context)
        let task = try #require(world.transaction.get(waiting.key))
        #expect(task.interface != nil && task.lastStatus == .provisioning && !task.awaitsCapacity)
        #expect(task.version == waiting.version + 1)
    }
}
