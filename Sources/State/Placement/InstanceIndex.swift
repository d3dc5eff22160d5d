/// The instances of one cluster by class: the classes are few, however many the instances are.
package struct InstanceIndex: Sendable {
    /// By number; nil for a number that is not in use.
    private var slots: [InstanceClass?] = []
    private var numbers: [InstanceClass.Traits: Int] = [:]
    private var classesByZone: [String: Int] = [:]

    /// The zones that instances are in, in order.
    package private(set) var zones: [String] = []

    /// Rises when a class comes or goes: what was found out about the classes holds while it stays.
    package private(set) var generation = 0

    init() {}

    var isEmpty: Bool { numbers.isEmpty }

    /// The classes, in order of their numbers.
    package var classes: [InstanceClass] { slots.compactMap(\.self) }

    /// The class of a number in use.
    package subscript(number: Int) -> InstanceClass {
        guard let found = slots[number] else { preconditionFailure("a number in use has its class") }
        return found
    }

    /// Gives an instance its place.
    mutating func insert(_ instance: ContainerInstanceRecord) -> InstancePlace {
        let traits = instance.traits
        let number = numbers[traits] ?? makeClass(traits)
        guard let slot = slots[number]?.insert(instance.id) else { preconditionFailure("a class was made") }
        // The class's own traits, so that there is one copy of them.
        return InstancePlace(
            instanceClass: number, slot: slot, traits: self[number].traits, whole: instance.wholeRoom)
    }

    /// Takes an instance from its place; a class without instances goes.
    mutating func remove(_ place: InstancePlace) {
        slots[place.instanceClass]?.remove(place.slot)
        guard slots[place.instanceClass]?.count == 0 else { return }
        generation += 1
        numbers[place.traits] = nil
        if let zone = slots[place.instanceClass]?.zone { countClass(in: zone, -1) }
        slots[place.instanceClass] = nil
    }

    /// Says what the tasks on an instance have taken.
    mutating func set(_ place: InstancePlace, _ usage: InstanceUsage) {
        slots[place.instanceClass]?.set(place.slot, place.left(usage), tasks: usage.tasks)
    }

    private mutating func makeClass(_ traits: InstanceClass.Traits) -> Int {
        let number = slots.firstIndex { $0 == nil } ?? slots.count
        if number == slots.count { slots.append(nil) }
        generation += 1
        let made = InstanceClass(number, traits)
        slots[number] = made
        numbers[traits] = number
        if let zone = made.zone { countClass(in: zone, 1) }
        return number
    }

    private mutating func countClass(in zone: String, _ change: Int) {
        let count = (classesByZone[zone] ?? 0) + change
        classesByZone[zone] = count == 0 ? nil : count
        let position = zones.lowerBound { $0 < zone }
        let isListed = position < zones.count && zones[position] == zone
        if count > 0, !isListed { zones.insert(zone, at: position) }
        if count == 0, isListed { zones.remove(at: position) }
    }
}

/// Where an instance stands in the index of its cluster.
struct InstancePlace: Sendable, Equatable {
    let instanceClass: Int
    let slot: Int
    let traits: InstanceClass.Traits
    /// What the instance can hold when it is empty; closed while it takes no tasks.
    var whole: Room

    /// What is left of it. An instance may have given more than it has, after it came back smaller.
    func left(_ usage: InstanceUsage) -> Room {
        guard whole != .closed else { return .closed }
        let used = Room(
            cpuUnits: usage.cpuUnits, memoryMiB: usage.memoryMiB, interfaces: usage.interfaces,
            gpus: usage.gpuIDs.count)
        return (whole &- used).most(.zero)
    }
}
