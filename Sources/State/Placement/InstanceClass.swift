/// The instances of a cluster that no constraint on attributes and no capacity provider tells apart: what is asked of
/// attributes is asked once for all of them.
package struct InstanceClass: Sendable {
    /// What the instances of a class have in common.
    package struct Traits: Hashable, Sendable {
        package let capacityProvider: String?
        /// An attribute without value has the value "".
        package let attributes: [String: String]
    }

    /// Attributes of one host alone: they would make a class of every instance. Checks look at the instance itself.
    package static let attributesOfOneHost: Set<String> = ["ecs.awsvpc-trunk-id"]

    package let traits: Traits
    /// The zone the instances are in, when they say so.
    package let zone: String?
    /// The class's number in its cluster.
    package let number: Int
    private var slots = RoomSlots()
    private var byCPU = RoomOrder(.cpu)
    private var byMemory = RoomOrder(.memoryMiB)

    init(_ number: Int, _ traits: Traits) {
        self.number = number
        self.traits = traits
        zone = traits.attributes["ecs.availability-zone"]
    }

    /// The number of instances.
    package var count: Int { slots.count }

    /// The id of the instance in `slot`.
    package func id(of slot: Int) -> String { slots.id(of: slot) }

    /// The number of tasks in `slot` that hold resources.
    package func tasks(of slot: Int) -> Int { slots.tasks(of: slot) }

    /// The id of some instance.
    package var anyID: String? { slots.anyID }

    // MARK: Keeping

    mutating func insert(_ id: String) -> Int { slots.insert(id) }

    mutating func remove(_ slot: Int) {
        set(slot, .closed, tasks: 0)
        slots.remove(slot)
    }

    mutating func set(_ slot: Int, _ room: Room, tasks: Int) {
        let old = slots.room(of: slot)
        if old != room {
            if old != .closed {
                byCPU.remove(slot, old)
                byMemory.remove(slot, old)
            }
            if room != .closed {
                byCPU.insert(slot, room)
                byMemory.insert(slot, room)
            }
        }
        slots.set(slot, room, tasks: tasks)
    }

    // MARK: Searching

    /// The slot with room for `need` that has the fewest tasks, of those not in `excluded` that `accepts` takes.
    package func fewestTasks(
        fitting need: Room, excluding excluded: SlotSet, accepts: (Int) -> Bool
    ) -> (slot: Int, tasks: Int)? {
        slots.fewestTasks(fitting: need, excluding: excluded, accepts: accepts)
    }

    /// The slot with room for `need` that has least left of `lane`, of those not in `excluded` that `accepts` takes.
    package func least(
        _ lane: Room.Lane, fitting need: Room, excluding excluded: SlotSet, accepts: (Int) -> Bool
    ) -> (slot: Int, left: Int)? {
        (lane == .cpu ? byCPU : byMemory).least(fitting: need, excluding: excluded, accepts: accepts)
    }

    /// The first slot from `start` on, and round to it, with room for `need`, not in `excluded`, that `accepts` takes.
    package func first(fitting need: Room, from start: Int, excluding excluded: SlotSet, accepts: (Int) -> Bool) -> Int?
    {
        slots.first(fitting: need, from: start, excluding: excluded, accepts: accepts)
    }
}

extension ContainerInstanceRecord {
    /// What the instance has in common with others. Users' attributes win over the agent's.
    var traits: InstanceClass.Traits {
        var values: [String: String] = [:]
        for attribute in attributes + customAttributes
        where !InstanceClass.attributesOfOneHost.contains(attribute.name) {
            values[attribute.name] = attribute.value ?? ""
        }
        return InstanceClass.Traits(capacityProvider: capacityProviderName, attributes: values)
    }

    /// What the instance can hold when it is empty; closed while it takes no tasks.
    var wholeRoom: Room {
        guard status == .active, agentConnected else { return .closed }
        return Room(
            cpuUnits: max(cpuUnits, 0), memoryMiB: max(memoryMiB, 0), interfaces: taskInterfaces, gpus: gpuIDs.count)
    }
}
